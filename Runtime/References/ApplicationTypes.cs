using System.Reflection;

namespace Orleans.Runtime;

/// <summary>The types of the application: of every assembly here that refers to this one.</summary>
internal sealed class ApplicationTypes
{
    private static readonly Lazy<Type[]> Shared = new(Find);

    public IReadOnlyList<Type> All { get; } = Shared.Value;

    private static Type[] Find()
    {
        var own = typeof(ApplicationTypes).Assembly;
        var seen = new Dictionary<string, Assembly>(StringComparer.Ordinal);
        var open = new Queue<Assembly>(AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic));
        if (Assembly.GetEntryAssembly() is { } entry)
        {
            open.Enqueue(entry);
        }

        while (open.TryDequeue(out var assembly))
        {
            if (!seen.TryAdd(assembly.GetName().Name ?? string.Empty, assembly))
            {
                continue;
            }

            foreach (var name in assembly.GetReferencedAssemblies().Where(name => !IsPlatform(name)))
            {
                if (name.Name is not null && !seen.ContainsKey(name.Name) && TryLoad(name) is { } referenced)
                {
                    open.Enqueue(referenced);
                }
            }
        }

        return [.. seen.Values
            .Where(assembly => assembly == own || assembly.GetReferencedAssemblies().Any(name => name.Name == own.GetName().Name))
            .SelectMany(TypesOf)];
    }

    private static bool IsPlatform(AssemblyName name) =>
        name.Name is null or "netstandard" or "mscorlib"
        || name.Name.StartsWith("System.", StringComparison.Ordinal)
        || name.Name.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static Assembly? TryLoad(AssemblyName name)
    {
        try
        {
            return Assembly.Load(name);
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException)
        {
            // A reference that was not deployed; whoever uses it will find out in a clearer way.
            return null;
        }
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly)
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
}
