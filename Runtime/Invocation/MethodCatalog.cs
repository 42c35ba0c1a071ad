using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Types;

namespace Orleans.Serialization.Invocation;

/// <summary>
/// The remote methods of this process by their identity on the wire: those of all grain, observer and grain service interfaces of the
/// application and of the engine, and of the constructed generic ones that its grain classes implement.
/// </summary>
internal static class MethodCatalog
{
    private static readonly ConcurrentDictionary<ulong, RemoteMethod> ById = new();
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<RemoteMethod>> ByInterface = new();
    private static readonly ConcurrentDictionary<ulong, string> Clashes = new();
    private static readonly Lock Scanning = new();
    private static readonly HashSet<Assembly> Scanned = [];
    private static int _seenVersion = -1;

    /// <summary>The method with this identity, or null where this build has none.</summary>
    public static RemoteMethod? Find(ulong id)
    {
        if (!ById.TryGetValue(id, out var method) && !(Scan() && ById.TryGetValue(id, out method))) return null;
        return Clashes.TryGetValue(id, out var clash) ? throw new SerializerException(clash) : method;
    }

    /// <summary>
    /// The methods that an interface itself declares. Throws <see cref="NotSupportedException"/> where one cannot be called remotely.
    /// </summary>
    public static IReadOnlyList<RemoteMethod> MethodsOf(Type interfaceType)
    {
        var methods = ByInterface.GetOrAdd(interfaceType, static type =>
            [.. Callable(type).Select(method => RemoteMethod.From(type, method))]);
        foreach (var method in methods) Add(method);
        return methods;
    }

    // What has a body in the interface runs where it is called, and calls the others from there.
    private static IEnumerable<MethodInfo> Callable(Type type) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(static method => method.IsAbstract);

    private static void Add(RemoteMethod method)
    {
        var known = ById.GetOrAdd(method.Id, method);
        if (known == method) return;
        Clashes[method.Id] = $"{known.InterfaceType}.{known.Info.Name} and {method.InterfaceType}.{method.Info.Name} have the same name on the wire.";
    }

    private static bool Scan()
    {
        var version = ApplicationAssemblies.Version;
        if (Volatile.Read(ref _seenVersion) == version) return false;
        lock (Scanning)
        {
            foreach (var assembly in ApplicationAssemblies.All())
            {
                if (!Scanned.Add(assembly)) continue;
                foreach (var type in ApplicationAssemblies.TypesOf(assembly)) AddInterfaces(type);
            }

            Volatile.Write(ref _seenVersion, version);
        }

        return true;
    }

    private static void AddInterfaces(Type type)
    {
        if (!typeof(IAddressable).IsAssignableFrom(type) || type.IsSubclassOf(typeof(GrainReference))) return;
        if (type.IsInterface) AddInterface(type);
        else foreach (var implemented in type.GetInterfaces()) AddInterface(implemented);
    }

    private static void AddInterface(Type type)
    {
        if (type.ContainsGenericParameters || !typeof(IAddressable).IsAssignableFrom(type)) return;
        // One method that cannot be called must not hide the others of its interface; whoever makes a reference is told.
        if (Callable(type).All(static method => RemoteMethod.WhyNot(method) is null)) MethodsOf(type);
    }
}
