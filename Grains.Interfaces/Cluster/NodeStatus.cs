namespace Orleans.Kv.Interfaces.Cluster;

/// <summary>One node of a <see cref="ClusterStatus"/>.</summary>
[GenerateSerializer, Immutable, Alias("kv.NodeStatus")]
public sealed class NodeStatus
{
    /// <summary>The silo's stable name.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Which store stands under that name, in hexadecimal: a restarted memory silo is another node.</summary>
    [Id(1)]
    public required string Store { get; init; }

    [Id(2)]
    public required NodeState State { get; init; }

    /// <summary>How many keys the node's replica holds; -1 where that is not known (only the node itself counts them).</summary>
    [Id(3)]
    public long Keys { get; init; }

    /// <summary>How many pushes to the node this silo holds as failed.</summary>
    [Id(4)]
    public long Pending { get; init; }

    /// <summary>Whether replica sets are chosen from it.</summary>
    [Id(5)]
    public bool Member { get; init; }

    /// <summary>How many slots are owed to the node as a whole, because too many pushes to it failed to be kept one by one.</summary>
    [Id(6)]
    public int PendingSlots { get; init; }

    /// <summary>Since when the silo that is asked cannot reach the node, in milliseconds since 1970-01-01 UTC; 0 while it can.</summary>
    [Id(7)]
    public long UnreachableSince { get; init; }

    /// <summary>How many writes the node keeps that were accepted without a quorum and are not merged yet; -1 where that is not known.</summary>
    [Id(8)]
    public long PendingWrites { get; init; }

    /// <summary>Of which build the node is; null where it does not answer, or does not say.</summary>
    [Id(9)]
    public string? Version { get; init; }
}
