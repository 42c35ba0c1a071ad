using Orleans.Runtime.Placement;

namespace Orleans.Kv.Tests.Runtime.Host.Placement;

public sealed class NamedSiloDirector(ISiloStatusOracle silos) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var key = target.GrainIdentity.Key.ToString()!;
        var name = key[(key.LastIndexOf('@') + 1)..];
        foreach (var silo in context.GetCompatibleSilos(target))
        {
            if (silos.TryGetSiloName(silo, out var siloName) && siloName == name)
                return Task.FromResult(silo);
        }

        throw new InvalidOperationException($"there is no silo called {name}");
    }
}
