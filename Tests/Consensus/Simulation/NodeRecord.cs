using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>A registered node, and what membership thinks of it.</summary>
internal sealed record NodeRecord(NodeId Node, bool IsDurable)
{
    public bool IsDraining { get; set; }

    /// <summary>The epoch that the node knew when it registered.</summary>
    public Epoch Known { get; init; }

    /// <summary>Since when membership has held it for dead, rightly or not; null while it is alive.</summary>
    public long? DeadSince { get; set; }
}
