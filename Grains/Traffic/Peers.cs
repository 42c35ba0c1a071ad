using System.Collections.Concurrent;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>Finds peers by this silo's view of the cluster, and keeps their references: making one costs more than a call.</summary>
internal sealed class Peers(TopologyAgent topology, ReplicaServiceClient services, Hearings hearings) : IPeers
{
    private readonly ConcurrentDictionary<NodeId, (SiloAddress Silo, IReplicaService Service)> _known = new();

    public IReplicaService? Find(NodeId node)
    {
        // Cut off it speaks to nobody: the others have gone on without it, and who asks it is to hear so at once.
        if (topology.IsIsolated || topology.View.AddressOf(node) is not { } silo) return null;
        if (_known.TryGetValue(node, out var known) && known.Silo.Equals(silo)) return known.Service;
        var service = services.On(silo);
        _known[node] = (silo, service);
        return service;
    }

    public void Learn(ClusterMap map) => topology.Learn(map);

    public void Distrust(NodeId node) => topology.Refresh();

    public void Hear(NodeId node) => hearings.Note(node);
}
