using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>One schedule's weather; see <see cref="Weather"/>.</summary>
public sealed record SimulationOptions
{
    public required int Seed { get; init; }
    public Mutation Mutation { get; init; }

    /// <summary>Silos of the first map.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>Silos that ever run: those of the first map, and those that join.</summary>
    public int Silos { get; init; } = 3;
    public int Clients { get; init; } = 4;
    public int Keys { get; init; } = 2;
    public int Slots { get; init; } = 1;
    public WriteQuorum WriteQuorum { get; init; } = WriteQuorum.Majority;

    /// <summary>How long faults strike, in simulated milliseconds; then everything heals.</summary>
    public int SafetyMilliseconds { get; init; } = 600;

    /// <summary>Within this time of the heal every key must serve a write and a read.</summary>
    public int LivenessMilliseconds { get; init; } = 15_000;

    public double Drop { get; init; }
    public double Duplicate { get; init; }
    public int MaxDelay { get; init; }
    public double LongDelay { get; init; }
    public int MaxLongDelay { get; init; }
    public double FalseFailure { get; init; }
    public int SiloCrashes { get; init; }
    public int HostCrashes { get; init; }
    public double CrashAfterSend { get; init; }
    public double CrashAroundSave { get; init; }
    public int Cuts { get; init; }
    public int MaxPersistDelay { get; init; }
    public int MaxClockError { get; init; }
    public int Deadline { get; init; }
    public int Patience { get; init; }
    public int ThinkTime { get; init; }
    public double OwnRequestId { get; init; }
    public double ReadShare { get; init; }
    public double ExpiryShare { get; init; }
    public int MaxRemembered { get; init; }

    /// <summary>How many silos keep their store in memory only.</summary>
    public double VolatileShare { get; init; }

    /// <summary>Silos that end and come back (with their store, if it is on disk) before or long after they were given up.</summary>
    public int Deaths { get; init; }

    /// <summary>Silos that come back without their store.</summary>
    public int Losses { get; init; }
    public int Drains { get; init; }

    /// <summary>Silos of the first map that are drained together, once others have joined.</summary>
    public int Exodus { get; init; }

    /// <summary>Those that leave cannot reach those that stay while they do.</summary>
    public bool IsSecluded { get; init; }

    /// <summary>One of the first silos that stay cannot be reached meanwhile.</summary>
    public bool IsEclipsed { get; init; }

    /// <summary>Silos that are held for dead while they live.</summary>
    public int Suspicions { get; init; }
    public int MaxDetection { get; init; } = 40;
    public int Grace { get; init; }
    public int DurableGrace { get; init; }

    /// <summary>How many lead the topology at once, at most; none leaves the first map as it is.</summary>
    public int Leaders { get; init; }
    public double LeaderEnds { get; init; }

    /// <summary>How often a migrator ends half-way, per slot that it settles or lists.</summary>
    public double MigratorEnds { get; init; }

    /// <summary>Keys that a migrator settles at once.</summary>
    public int MigrationWidth { get; init; } = 4;

    /// <summary>How many of the keys that may be redelivered are, instead of being settled.</summary>
    public double RedeliverShare { get; init; } = 0.5;

    /// <summary>Entries per page of a slot's listing.</summary>
    public int PageSize { get; init; } = 16;

    /// <summary>Pause between replays of what other nodes missed, at most; 0 for none.</summary>
    public int ReplayEvery { get; init; }

    /// <summary>Keys that are remembered one by one for a node that missed them; past that, their whole slots.</summary>
    public int MaxPending { get; init; } = 64;

    /// <summary>Pause between comparisons with other replicas, at most; 0 for none.</summary>
    public int CompareEvery { get; init; }

    /// <summary>Pause between purges, at most; 0 for none.</summary>
    public int PurgeEvery { get; init; }

    /// <summary>How old a tombstone must be, by a silo's own clock.</summary>
    public int PurgeAge { get; init; }

    /// <summary>Writes that find no quorum are kept as pending, as in the available mode.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Times when some silos, fewer than half, are cut off from all others, both ways.</summary>
    public int Partitions { get; init; }

    /// <summary>Pause between a silo's attempts to merge, at most; 0 for none.</summary>
    public int MergeEvery { get; init; }

    /// <summary>Pause between a silo's attempts to resolve a conflict, at most; 0 for none.</summary>
    public int ResolveEvery { get; init; }

    /// <summary>How often a silo ends between a merge and the end of it: when nobody has been told to drop the write.</summary>
    public double CrashAfterMerge { get; init; }

    /// <summary>
    /// Times when so many stores are lost at one moment that some slots have no quorum left. Then an operator gives up what is gone: those slots are not judged any more, all others as ever.
    /// </summary>
    public int Catastrophes { get; init; }

    /// <summary>How late news of a map may be.</summary>
    public int MaxMapLag { get; init; } = 100;
}
