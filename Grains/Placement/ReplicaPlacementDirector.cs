using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Leaving;
using Orleans.Kv.Grains.Topology;
using Orleans.Runtime.Placement;

namespace Orleans.Kv.Grains.Placement;

/// <summary>
/// Chooses the silo of a key's grain: the key's first replica that is active and not about to leave, else any silo, where it works as well, only slower. Rendezvous hashing puts
/// each replica first for an equal share of the keys, so the grains are spread evenly whoever asks first and through whichever gateway.
/// </summary>
internal sealed class ReplicaPlacementDirector(TopologyAgent topology, Leavers leavers) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = Staying(context.GetCompatibleSilos(target));
        var utf8 = target.GrainIdentity.Key.AsSpan();
        return Task.FromResult(OfReplicas(utf8, silos) ?? silos[(int)(target.GrainIdentity.GetUniformHashCode() % (uint)silos.Length)]);
    }

    private SiloAddress[] Staying(SiloAddress[] silos)
    {
        if (!Array.Exists(silos, leavers.Contains)) return silos;
        var staying = Array.FindAll(silos, silo => !leavers.Contains(silo));
        // All leave: each serves for as long as it is there.
        return staying.Length > 0 ? staying : silos;
    }

    private SiloAddress? OfReplicas(ReadOnlySpan<byte> utf8, SiloAddress[] silos)
    {
        var view = topology.View;
        if (view.Map is not { } map || !Key.TryFrom(utf8, out var key, out _)) return null;

        foreach (var node in map[key].Replicas)
        {
            if (view.AddressOf(node) is { } silo && Array.IndexOf(silos, silo) >= 0) return silo;
        }

        return null;
    }
}
