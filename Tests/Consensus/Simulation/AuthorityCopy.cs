using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>The authority as somebody saw it at a moment.</summary>
internal sealed record AuthorityCopy(ClusterMap Map, NodeRecord[] Records, long ReadAt)
{
    /// <summary>Its records as the planner takes them.</summary>
    public IEnumerable<PlannedNode> Nodes => Records.Select(record => new PlannedNode(
        record.Node,
        IsAlive: record.DeadSince is null,
        DeadFor: TimeSpan.FromMilliseconds(ReadAt - record.DeadSince ?? 0),
        record.IsDraining,
        record.IsDurable,
        WasMember: record.Known < Map.Epoch));
}
