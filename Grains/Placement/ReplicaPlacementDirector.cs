using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Runtime.Placement;

namespace Orleans.Kv.Grains.Placement;

/// <summary>
/// Chooses the silo of a key's grain: this silo where it is a replica of the key (a client's requests for one key keep coming in through one
/// gateway, and a grain on the gateway saves them a hop), else the key's first replica that is active, else any silo: a grain
/// beside its replicas works as well, only slower.
/// </summary>
internal sealed class ReplicaPlacementDirector(TopologyAgent topology) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var utf8 = target.GrainIdentity.Key.AsSpan();
        return Task.FromResult(OfReplicas(utf8, silos) ?? silos[(int)(target.GrainIdentity.GetUniformHashCode() % (uint)silos.Length)]);
    }

    private SiloAddress? OfReplicas(ReadOnlySpan<byte> utf8, SiloAddress[] silos)
    {
        var view = topology.View;
        if (view.Map is not { } map || !Key.TryFrom(utf8, out var key, out _)) return null;

        SiloAddress? first = null;
        foreach (var node in map[key].Replicas)
        {
            if (view.AddressOf(node) is not { } silo || Array.IndexOf(silos, silo) < 0) continue;
            if (silo.Equals(topology.Silo)) return silo;
            first ??= silo;
        }

        return first;
    }
}
