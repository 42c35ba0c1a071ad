using System.Collections.Frozen;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>What a silo knows of the cluster at one moment: the map, and who listens where. Immutable; a newer one replaces it whole.</summary>
internal sealed class ClusterView
{
    public static readonly ClusterView Empty = new(null, []);

    private readonly FrozenDictionary<NodeId, SiloAddress> _addresses;

    public ClusterView(ClusterMap? map, IReadOnlyList<NodeRecord> records)
    {
        Map = map;
        Records = records;
        _addresses = records.ToFrozenDictionary(NodeOf, record => record.Silo);
    }

    /// <summary>Null until the first map is known here.</summary>
    public ClusterMap? Map { get; }

    public Epoch Epoch => Map?.Epoch ?? Epoch.None;

    /// <summary>One per name: a node whose name stands for another store by now has none.</summary>
    public IReadOnlyList<NodeRecord> Records { get; }

    /// <summary>Where the node listens; null when it is gone, as far as is known here.</summary>
    public SiloAddress? AddressOf(NodeId node) => _addresses.GetValueOrDefault(node);

    public ClusterView With(ClusterMap map) => new(map, Records);

    /// <summary>The store's id as records write it.</summary>
    public static string StoreOf(NodeId node) => node.Store.Value.ToString("N");

    public static NodeId NodeOf(NodeRecord record) => new(record.Name, new StoreId(Guid.ParseExact(record.Store, "N")));
}
