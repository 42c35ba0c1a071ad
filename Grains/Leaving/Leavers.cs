using System.Collections.Immutable;

namespace Orleans.Kv.Grains.Leaving;

/// <summary>The silos that have said that they are about to leave. A hint for whoever places grains: they are still there, and serve what they are asked.</summary>
internal sealed class Leavers(ISiloStatusOracle oracle)
{
    private ImmutableHashSet<SiloAddress> _silos = [];

    public bool Contains(SiloAddress silo) => Volatile.Read(ref _silos).Contains(silo);

    public void Add(SiloAddress silo)
    {
        // An address is never used by a second silo, so nobody has to say that they stay after all. Those who have gone are forgotten when the next one leaves.
        ImmutableInterlocked.Update(ref _silos, silos => silos.Except(silos.Where(IsGone)).Add(silo));
    }

    private bool IsGone(SiloAddress silo) => oracle.GetApproximateSiloStatus(silo) is SiloStatus.Dead or SiloStatus.None;
}
