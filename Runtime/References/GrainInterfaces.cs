using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Names of grain interfaces, and the interfaces behind the names.</summary>
internal sealed class GrainInterfaces
{
    private readonly ConcurrentDictionary<Type, GrainInterfaceType> _ids = new();
    private readonly ConcurrentDictionary<GrainInterfaceType, Type> _types = new();

    public GrainInterfaces(ApplicationTypes types)
    {
        foreach (var type in types.All.Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)))
        {
            GetId(type);
        }
    }

    public GrainInterfaceType GetId(Type type)
    {
        if (_ids.TryGetValue(type, out var known))
        {
            return known;
        }

        if (!type.IsInterface)
        {
            throw new ArgumentException($"'{type}' is not an interface.", nameof(type));
        }

        var named = type.GetCustomAttribute<GrainInterfaceTypeAttribute>();
        var id = named?.GetGrainInterfaceType(null!, type) ?? GrainInterfaceType.Create(type.FullName ?? type.Name);
        _types.TryAdd(id, type);
        return _ids.GetOrAdd(type, id);
    }

    public bool TryGetType(GrainInterfaceType id, [NotNullWhen(true)] out Type? type) => _types.TryGetValue(id, out type);
}
