using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Interfaces.Replication;

/// <summary>How far one node is behind, gathered from all silos.</summary>
[GenerateSerializer, Immutable, Alias("kv.ReplicationStatus")]
public sealed class ReplicationStatus
{
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Its store, in hexadecimal; null where nobody is registered under the name.</summary>
    [Id(1)]
    public string? Store { get; init; }

    [Id(2)]
    public required NodeState State { get; init; }

    /// <summary>
    /// The node is a member of a stable map and answers, every other silo of the map was asked and owes it nothing, and each has compared its slots with it under this
    /// very map and left no difference.
    /// </summary>
    [Id(3)]
    public required bool InSync { get; init; }

    /// <summary>Why it is not in sync, in words; null where it is.</summary>
    [Id(4)]
    public string? Reason { get; init; }

    /// <summary>Keys owed to it by all silos together.</summary>
    [Id(5)]
    public required long Pending { get; init; }

    /// <summary>Slots owed as a whole, by all silos together.</summary>
    [Id(6)]
    public required int PendingSlots { get; init; }

    /// <summary>About how many bytes these keys are.</summary>
    [Id(7)]
    public required long Bytes { get; init; }

    /// <summary>For how many milliseconds the oldest of these has been owed; null where nothing is.</summary>
    [Id(8)]
    public long? OldestAge { get; init; }

    /// <summary>How many milliseconds ago the last replayed key was acknowledged; null where none was.</summary>
    [Id(9)]
    public long? LastSuccessAge { get; init; }

    /// <summary>Keys replayed to the node so far, by the silos that are alive.</summary>
    [Id(10)]
    public long Replayed { get; init; }

    /// <summary>A replay is under way.</summary>
    [Id(11)]
    public bool Replaying { get; init; }

    /// <summary>Slots in which a comparison with another replica left a difference.</summary>
    [Id(12)]
    public int DifferingSlots { get; init; }

    /// <summary>Names of silos of the map that could not be asked: what they know is missing here.</summary>
    [Id(13)]
    public string[] Unasked { get; init; } = [];

    /// <summary>The epoch of the map as of the answer.</summary>
    [Id(14)]
    public long Epoch { get; init; }
}
