using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// The map authority, and the membership beside it: one map at a time, changed by compare-and-swap on its epoch; one record per silo name. It is always right and
/// always there; what is late, lost or out of date is what the silos know of it.
/// </summary>
internal sealed class SimulatedAuthority(Simulation simulation)
{
    private readonly Dictionary<Epoch, ClusterMap> _maps = [];
    private readonly SortedDictionary<string, NodeRecord> _records = new(StringComparer.Ordinal);

    /// <summary>The map in force.</summary>
    public ClusterMap Map { get; private set; } = null!;

    public IEnumerable<NodeRecord> Records => _records.Values;

    /// <summary>Every map there ever was.</summary>
    public ClusterMap MapOf(Epoch epoch) => _maps[epoch];

    public bool TryInstall(ClusterMap map, Epoch expected, string by)
    {
        if (Map is not null && Map.Epoch != expected)
            return false;
        Map = map;
        _maps.Add(map.Epoch, map);
        simulation.Trace($"authority: {by} installs {map}");
        return true;
    }

    /// <summary>A node reports for duty under its name, as one that knows that epoch.</summary>
    public void Register(NodeId node, bool isDurable, Epoch known)
    {
        var draining = _records.TryGetValue(node.Name, out var record) && record.Node == node && record.IsDraining;
        _records[node.Name] = new NodeRecord(node, isDurable) { IsDraining = draining, Known = known };
        simulation.Trace($"authority: {node} registers, knows {known}");
    }

    public NodeRecord? RecordOf(string name) => _records.GetValueOrDefault(name);

    /// <summary>What a leader gets to see: a copy, as old as the answer is late.</summary>
    public AuthorityCopy Copy() => new(Map, [.. _records.Values.Select(static record => record with { })], simulation.Now);
}
