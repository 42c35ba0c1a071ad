using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.RegularExpressions;
using Orleans.Runtime;

namespace Orleans.Serialization.Types;

/// <summary>
/// The types that may be made from a message, by name: the framework's that have codecs, and the application's that say so with
/// <see cref="GenerateSerializerAttribute"/>, under their <see cref="AliasAttribute">aliases</see> and full names. Names from the wire
/// are looked up here and never handed to the framework's own type loader, which would load whatever it is told.
/// </summary>
internal static partial class TypeCatalog
{
    private static readonly FrozenSet<Type> WellKnown = WellKnownTypes.All.Select(static known => known.Type).ToFrozenSet();
    private static readonly ConcurrentDictionary<Type, string> Names = new();
    private static readonly ConcurrentDictionary<string, Type> Types = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, string> Clashes = new(StringComparer.Ordinal);
    private static readonly Lock Scanning = new();
    private static readonly HashSet<Assembly> Scanned = [];
    private static int _seenVersion = -1;

    static TypeCatalog()
    {
        foreach (var (name, type) in WellKnownTypes.All)
        {
            Names[type] = name;
            Types[name] = type;
        }
    }

    /// <summary>The name of a plain type or a generic definition: its alias, or its full name.</summary>
    public static string NameOf(Type type) => Names.GetOrAdd(type, static type =>
        type.GetCustomAttributes<AliasAttribute>(inherit: false).FirstOrDefault()?.Alias ?? type.FullName ?? type.Name);

    /// <summary>Whether a plain type or generic definition is one that a message may name.</summary>
    public static bool IsOffered(Type type) =>
        WellKnown.Contains(type) || type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) || IsAddressableInterface(type);

    /// <summary>The plain type or generic definition with this name, or null.</summary>
    public static Type? Find(string name)
    {
        if (Types.TryGetValue(name, out var type)) return Unambiguous(name, type);
        if (Scan() && Types.TryGetValue(name, out type)) return Unambiguous(name, type);
        return null;
    }

    /// <summary>
    /// One of the framework's exceptions, which all may cross. Only looked for in what is loaded already, and only by a plain name.
    /// </summary>
    public static Type? FindFrameworkException(string name)
    {
        if (!IsFrameworkName(name) || !PlainName().IsMatch(name)) return null;
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.IsDynamic || !IsFrameworkName(assembly.GetName().Name + ".")) continue;
            var type = assembly.GetType(name, throwOnError: false);
            if (type is { IsAbstract: false, ContainsGenericParameters: false } && typeof(Exception).IsAssignableFrom(type)) return type;
        }

        return null;
    }

    private static Type Unambiguous(string name, Type type) =>
        Clashes.TryGetValue(name, out var clash) ? throw new SerializerException(clash) : type;

    private static bool IsAddressableInterface(Type type) => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);

    private static bool IsFrameworkName(string name) =>
        name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal);

    // True when there was something new to look at. Assemblies are loaded as they are needed, so a name may come before its type.
    private static bool Scan()
    {
        var version = ApplicationAssemblies.Version;
        if (Volatile.Read(ref _seenVersion) == version) return false;
        lock (Scanning)
        {
            foreach (var assembly in ApplicationAssemblies.All())
            {
                if (Scanned.Add(assembly)) AddTypes(assembly);
            }

            Volatile.Write(ref _seenVersion, version);
        }

        return true;
    }

    private static void AddTypes(Assembly assembly)
    {
        foreach (var type in ApplicationAssemblies.TypesOf(assembly))
        {
            if (!IsOffered(type)) continue;
            foreach (var alias in type.GetCustomAttributes<AliasAttribute>(inherit: false)) Add(alias.Alias, type);
            if (type.FullName is { } name) Add(name, type);
        }
    }

    private static void Add(string name, Type type)
    {
        if (Types.TryAdd(name, type) || Types[name] == type) return;
        Clashes[name] = $"\"{name}\" is the name of both {Types[name].AssemblyQualifiedName} and {type.AssemblyQualifiedName}.";
    }

    [GeneratedRegex(@"^[\w.+]+$")]
    private static partial Regex PlainName();
}
