using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Since when which registered node has not been alive, as membership says and as far as this leader has been there to see it. A new leader counts anew: a node's
/// grace may last longer than it says, never shorter. One thread at a time.
/// </summary>
internal sealed class NodeWatch(ISiloStatusOracle oracle, TimeProvider time)
{
    private Dictionary<NodeId, long> _deadSince = [];

    /// <summary>The records as the planner of maps wants them.</summary>
    public List<PlannedNode> Look(IReadOnlyList<NodeRecord> records)
    {
        var now = time.GetTimestamp();
        var nodes = new List<PlannedNode>(records.Count);
        var dead = new Dictionary<NodeId, long>();
        foreach (var record in records)
        {
            var node = ClusterView.NodeOf(record);
            var alive = IsAlive(record.Silo);
            if (!alive) dead[node] = _deadSince.TryGetValue(node, out var since) ? since : now;
            var deadFor = alive ? TimeSpan.Zero : time.GetElapsedTime(dead[node], now);
            nodes.Add(new PlannedNode(node, alive, deadFor, record.Draining, record.Durable, record.WasMember));
        }

        _deadSince = dead;
        return nodes;
    }

    /// <summary>Counts anew: whoever is dead is so from now on.</summary>
    public void Restart() => _deadSince = [];

    /// <summary>Membership has the silo as active: neither on its way in nor on its way out.</summary>
    public bool IsAlive(SiloAddress silo) => oracle.GetApproximateSiloStatus(silo) == SiloStatus.Active;
}
