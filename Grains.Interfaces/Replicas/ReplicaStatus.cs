namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>What a node says of its own replica.</summary>
[GenerateSerializer, Immutable, Alias("kv.ReplicaStatus")]
public sealed class ReplicaStatus
{
    /// <summary>The store's id.</summary>
    [Id(0)]
    public required Guid Store { get; init; }

    /// <summary>The epoch of the map the node works with; 0 before the first.</summary>
    [Id(1)]
    public required long Epoch { get; init; }

    /// <summary>How many keys exist in the store, deleted ones not counted.</summary>
    [Id(2)]
    public required long Keys { get; init; }

    /// <summary>How many bytes of keys and values the store holds, about.</summary>
    [Id(3)]
    public required long Bytes { get; init; }

    /// <summary>How many deleted keys it still remembers.</summary>
    [Id(4)]
    public long Tombstones { get; init; }

    /// <summary>Whether the node has found out that it has missed nothing, since it last had reason to doubt it.</summary>
    [Id(5)]
    public bool InSync { get; init; }

    /// <summary>How many nodes of the map it can reach, itself included; -1 where that was not looked at.</summary>
    [Id(6)]
    public int Reaches { get; init; } = -1;

    /// <summary>How many writes it keeps that were accepted without a quorum and are not merged yet, copies of other silos' included.</summary>
    [Id(7)]
    public long PendingWrites { get; init; }

    /// <summary>Of which build the node is; null where it does not say.</summary>
    [Id(8)]
    public string? Version { get; init; }
}
