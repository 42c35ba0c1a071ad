using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Availability;

/// <summary>
/// The outlook as the traffic and membership give it, without asking anybody: who has let a batch time out, or is declared dead, is not asked for copies. It never foresees a shortage, as a
/// node that nobody writes to could not be seen to return: the protocol finds out by trying.
/// </summary>
internal sealed class TrafficOutlook(PeerTraffic traffic, TopologyAgent topology, ISiloStatusOracle oracle) : IOutlook
{
    public bool IsClear => true;

    public bool IsInSync => topology.View.Map is { IsStable: true } map && map.Newest.Nodes.All(CanReach);

    public bool CanReach(NodeId node) =>
        node == topology.Self
        || (topology.View.AddressOf(node) is { } silo && !traffic.IsSilent(node) && oracle.GetApproximateSiloStatus(silo) == SiloStatus.Active);

    public string? ShortageOf(Key key) => null;
}
