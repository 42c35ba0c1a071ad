namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>What one silo owes one node, and what the last comparison of the two has shown.</summary>
[GenerateSerializer, Immutable, Alias("kv.NodePending")]
public sealed class NodePending
{
    /// <summary>The name of the node that has missed something.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Its store, in hexadecimal.</summary>
    [Id(1)]
    public required string Store { get; init; }

    /// <summary>Keys of which it did not acknowledge an accept.</summary>
    [Id(2)]
    public required int Keys { get; init; }

    /// <summary>Slots owed as a whole, because too many pushes failed to be kept one by one.</summary>
    [Id(3)]
    public required int Slots { get; init; }

    /// <summary>About how many bytes the replay of the keys takes.</summary>
    [Id(4)]
    public required long Bytes { get; init; }

    /// <summary>For how many milliseconds the oldest of these has been owed; null where nothing is.</summary>
    [Id(5)]
    public long? OldestAge { get; init; }

    /// <summary>How many milliseconds ago the last replayed key was acknowledged; null where none was.</summary>
    [Id(6)]
    public long? LastSuccessAge { get; init; }

    /// <summary>Keys replayed to the node so far, since this silo started.</summary>
    [Id(7)]
    public long Replayed { get; init; }

    /// <summary>A replay is under way.</summary>
    [Id(8)]
    public bool Replaying { get; init; }

    /// <summary>
    /// The epoch under which the two were last compared, each slot they share; 0 where they were not. Of two nodes only one compares; the other one says 0.
    /// </summary>
    [Id(9)]
    public long ComparedEpoch { get; init; }

    /// <summary>In how many of the shared slots that comparison left a difference that could not be made good.</summary>
    [Id(10)]
    public int DifferingSlots { get; init; }
}
