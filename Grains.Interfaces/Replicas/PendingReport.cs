namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>What one silo knows of how the others are behind.</summary>
[GenerateSerializer, Immutable, Alias("kv.PendingReport")]
public sealed class PendingReport
{
    /// <summary>The name of the silo that tells.</summary>
    [Id(0)]
    public required string Silo { get; init; }

    /// <summary>The epoch of its map; 0 before the first.</summary>
    [Id(1)]
    public required long Epoch { get; init; }

    /// <summary>One entry for every node of its map that shares slots with it, or that it owes something.</summary>
    [Id(2)]
    public required NodePending[] Nodes { get; init; }
}
