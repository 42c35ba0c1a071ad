using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>One schedule's weather, drawn from its seed: some runs are calm and some are wild, as each hides other bugs.</summary>
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

    /// <summary>Silos that are held for dead while they live.</summary>
    public int Suspicions { get; init; }
    public int MaxDetection { get; init; } = 40;

    /// <summary>How late news of a map may be.</summary>
    public int MaxMapLag { get; init; } = 100;

    /// <summary>Every so many schedules are a storm of restarts on fresh keys.</summary>
    public const int StormEvery = 8;

    public static SimulationOptions Draw(int seed, Mutation mutation = Mutation.None)
    {
        var options = DrawAny(seed, mutation);
        return seed % StormEvery != 0 ? options : options with
        {
            Replicas = 3,
            Silos = 3,
            Keys = 60,
            Slots = 3,
            Clients = 6,
            ThinkTime = 2,
            Deadline = 3_000,
            Duplicate = 0.4,
            LongDelay = 0.2,
            MaxLongDelay = 100,
            CrashAfterSend = 0.3,
        };
    }

    private static SimulationOptions DrawAny(int seed, Mutation mutation)
    {
        var random = new Random(seed);
        int Pick(params int[] choices) => choices[random.Next(choices.Length)];
        double Share(params double[] choices) => choices[random.Next(choices.Length)];
        var replicas = Pick(3, 3, 3, 3, 2, 5);
        return new SimulationOptions
        {
            Seed = seed,
            Mutation = mutation,
            Replicas = replicas,
            Silos = Math.Max(3, replicas),
            Clients = Pick(2, 4, 6),
            Keys = Pick(1, 1, 2, 3, 12),
            Slots = Pick(1, 2),
            WriteQuorum = random.Next(8) == 0 ? WriteQuorum.All : WriteQuorum.Majority,
            Drop = Share(0, 0.02, 0.1, 0.25),
            Duplicate = Share(0, 0.05, 0.3),
            MaxDelay = Pick(2, 5, 15),
            LongDelay = Share(0, 0.03, 0.1),
            MaxLongDelay = Pick(100, 400, 1_200),
            FalseFailure = Share(0, 0.03),
            SiloCrashes = Pick(0, 1, 4),
            HostCrashes = Pick(0, 2, 5, 25),
            CrashAfterSend = Share(0, 0, 0.02, 0.1),
            CrashAroundSave = Share(0, 0, 0.01),
            Cuts = Pick(0, 2, 5),
            MaxPersistDelay = Pick(0, 2, 8),
            MaxClockError = Pick(0, 20, 300, 2_000),
            Deadline = Pick(100, 300, 3_000),
            Patience = Pick(80, 200, 400),
            ThinkTime = Pick(2, 20, 60),
            OwnRequestId = Share(0, 0.2, 0.6),
            ReadShare = Share(0.15, 0.4, 0.7),
            ExpiryShare = Share(0, 0, 0.2),
            MaxRemembered = Pick(12, 4_096, 4_096),
        };
    }
}
