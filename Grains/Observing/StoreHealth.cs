using Orleans.Kv.Grains.Coordination;
using Orleans.Kv.Grains.Topology;

namespace Orleans.Kv.Grains.Observing;

/// <summary>Whether a silo has its part in the cluster, for probes: a rolling restart goes on to the next silo when this one is ready.</summary>
public sealed class StoreHealth
{
    private readonly TopologyAgent _topology;
    private readonly OwnStatus _own;

    internal StoreHealth(TopologyAgent topology, OwnStatus own) => (_topology, _own) = (topology, own);

    /// <summary>
    /// What is missing until this silo may be counted on; null when nothing is. While there is no map yet nothing is missing on this side: silos that are started one after another, each when the
    /// one before is ready, would wait for ever otherwise.
    /// </summary>
    public string? Missing()
    {
        if (_topology.IsIsolated) return "it is cut off from the majority of the other silos";
        if (_topology.View.Map is not { } map) return null;
        if (!map.Newest.Nodes.Contains(_topology.Self)) return "it is not one of the map's nodes yet, or not any more";
        return _own.Compose().InSync ? null : "it is being brought what it has missed";
    }
}
