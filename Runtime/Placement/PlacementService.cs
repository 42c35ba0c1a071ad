using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Runtime.Placement;

/// <summary>Asks the director of a grain class's strategy for a silo.</summary>
internal sealed class PlacementService(IServiceProvider services, SiloAddress self, Func<ClusterView> view) : IPlacementContext
{
    private readonly ConcurrentDictionary<Type, IPlacementDirector> _directors = new();

    public SiloAddress LocalSilo => self;

    public SiloStatus LocalSiloStatus => view().StatusOf(self);

    public SiloAddress[] GetCompatibleSilos(PlacementTarget target)
    {
        var active = view().Active;
        return active.Length > 0
            ? [.. active]
            : throw new SiloUnavailableException($"'{target.GrainIdentity}' cannot be placed: no silo is active.");
    }

    public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) =>
        new Dictionary<ushort, SiloAddress[]> { [target.InterfaceVersion] = GetCompatibleSilos(target) };

    public Task<SiloAddress> Place(GrainClass grainClass, PlacementTarget target)
    {
        var director = _directors.GetOrAdd(grainClass.Placement.GetType(), FindDirector);
        return director.OnAddActivation(grainClass.Placement, target, this);
    }

    private IPlacementDirector FindDirector(Type strategy) =>
        services.GetKeyedService<IPlacementDirector>(strategy)
        ?? throw new OrleansConfigurationException($"No placement director is registered for '{strategy}': call AddPlacementDirector.");
}
