using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Services;

namespace Orleans.Runtime;

/// <summary>The grain classes of this host. All silos of a cluster are taken to have the same ones.</summary>
internal sealed class GrainClasses
{
    private const string ClassSuffix = "grain";
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly Dictionary<GrainInterfaceType, List<GrainClass>> _byInterface = [];

    public GrainClasses(ApplicationTypes types, GrainInterfaces interfaces, IOptions<GrainCollectionOptions> collection)
    {
        foreach (var type in types.All.Where(IsGrainClass))
        {
            var age = collection.Value.ClassSpecificCollectionAge.GetValueOrDefault(type.FullName!, collection.Value.CollectionAge);
            var grainClass = new GrainClass(type, TypeOf(type), new RandomPlacement(), age);
            if (!_byType.TryAdd(grainClass.GrainType, grainClass))
            {
                throw new OrleansConfigurationException(
                    $"'{type}' and '{_byType[grainClass.GrainType].Type}' have the same grain type '{grainClass.GrainType}': give one a [GrainType].");
            }

            foreach (var contract in type.GetInterfaces().Where(IsGrainInterface))
            {
                var id = interfaces.GetId(contract);
                if (!_byInterface.TryGetValue(id, out var implementations))
                {
                    _byInterface.Add(id, implementations = []);
                }

                implementations.Add(grainClass);
            }
        }
    }

    /// <summary>What clients need in order to make references.</summary>
    public List<(string Interface, string GrainType, bool IsLocal)> Describe() =>
        [.. _byInterface.SelectMany(pair => pair.Value.Select(
            grain => (pair.Key.ToString(), grain.GrainType.ToString(), grain.StatelessWorker is not null)))];

    public bool TryGet(GrainType type, [NotNullWhen(true)] out GrainClass? grainClass) => _byType.TryGetValue(type, out grainClass);

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && typeof(IGrainBase).IsAssignableFrom(type)
        && !typeof(IGrainService).IsAssignableFrom(type);

    private static bool IsGrainInterface(Type type) =>
        typeof(IGrain).IsAssignableFrom(type)
        && type != typeof(IGrain)
        && type.Assembly != typeof(IGrain).Assembly | type.GetMethods().Length > 0;

    private static GrainType TypeOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named)
        {
            return named.GetGrainType(null!, type);
        }

        // Orleans' convention: the class name in lower case, without "grain" at its end.
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.Length > ClassSuffix.Length && name.EndsWith(ClassSuffix, StringComparison.Ordinal)
            ? name[..^ClassSuffix.Length]
            : name);
    }
}
