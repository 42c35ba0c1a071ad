using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>What the engine has to know of a grain class.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _factory;
    private readonly Func<IInvokable, bool>? _mayInterleave;

    public GrainClass(Type type, GrainType grainType, PlacementStrategy fallback, TimeSpan collectionAge)
    {
        Type = type;
        GrainType = grainType;
        Name = type.FullName ?? type.Name;
        IsReentrant = type.GetCustomAttribute<ReentrantAttribute>() is not null;
        Placement = type.GetCustomAttribute<PlacementAttribute>()?.PlacementStrategy ?? fallback;
        CollectionAge = AgeOf(type, collectionAge);
        _factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        if (type.GetCustomAttribute<MayInterleaveAttribute>() is { } attribute)
        {
            _mayInterleave = FindPredicate(type, attribute.CallbackMethodName);
        }
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public string Name { get; }

    public bool IsReentrant { get; }

    public PlacementStrategy Placement { get; }

    public StatelessWorkerPlacement? StatelessWorker => Placement as StatelessWorkerPlacement;

    /// <summary><see cref="TimeSpan.MaxValue"/> for never.</summary>
    public TimeSpan CollectionAge { get; }

    public bool HasInterleavePredicate => _mayInterleave is not null;

    public object Create(IServiceProvider services) => _factory(services, null);

    public bool MayInterleave(IInvokable? request) => _mayInterleave is not null && request is not null && _mayInterleave(request);

    private static TimeSpan AgeOf(Type type, TimeSpan fallback) =>
        type.GetCustomAttribute<KeepAliveAttribute>() is not null
            ? TimeSpan.MaxValue
            : type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit ?? fallback;

    private static Func<IInvokable, bool> FindPredicate(Type type, string name)
    {
        var method = type.GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy)
            ?? throw new OrleansConfigurationException($"'{type}' names an interleaving predicate '{name}' that it does not have as a static method.");
        return method.CreateDelegate<Func<IInvokable, bool>>();
    }
}
