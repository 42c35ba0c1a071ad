using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;

namespace Orleans.Kv.Grains.Storage;

/// <summary>One host's right to the registers of its process's <see cref="SiloMemory"/>, and the map which that host goes by.</summary>
internal sealed class StoreLease(TopologyAgent topology)
{
    public ClusterMap? Map => topology.View.Map;
}
