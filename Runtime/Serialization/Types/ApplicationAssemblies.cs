using System.Reflection;

namespace Orleans.Serialization.Types;

/// <summary>
/// The assemblies that can hold grains and messages: this one, those that are loaded and refer to it, and what they refer to in
/// turn. These are loaded, since a message may name a type before any code here has used it.
/// </summary>
internal static class ApplicationAssemblies
{
    private static readonly Assembly Runtime = typeof(ApplicationAssemblies).Assembly;
    private static int _version;

    static ApplicationAssemblies() => AppDomain.CurrentDomain.AssemblyLoad += static (_, _) => Interlocked.Increment(ref _version);

    /// <summary>Rises when an assembly is loaded: a reason to look again.</summary>
    public static int Version => Volatile.Read(ref _version);

    public static IReadOnlyCollection<Assembly> All()
    {
        var found = new HashSet<Assembly> { Runtime };
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(static assembly => !assembly.IsDynamic && RefersToRuntime(assembly)));
        while (open.TryDequeue(out var assembly))
        {
            if (!found.Add(assembly)) continue;
            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (IsFramework(name) || TryLoad(name) is not { } referenced || !RefersToRuntime(referenced)) continue;
                open.Enqueue(referenced);
            }
        }

        return found;
    }

    /// <summary>The types that can be loaded: one whose base lies in a missing assembly does not make the others unusable.</summary>
    public static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException exception)
        {
            return exception.Types.OfType<Type>();
        }
    }

    private static bool RefersToRuntime(Assembly assembly) =>
        Array.Exists(assembly.GetReferencedAssemblies(), static name => name.Name == Runtime.GetName().Name);

    private static bool IsFramework(AssemblyName name) =>
        name.Name is null or "mscorlib" or "netstandard"
        || name.Name.StartsWith("System.", StringComparison.Ordinal)
        || name.Name.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            // A reference that was never deployed, which is the application's right as long as it does not use it.
            return null;
        }
    }
}
