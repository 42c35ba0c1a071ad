using System.Collections.Concurrent;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Types;

/// <summary>
/// The arrays and generic types that names from the wire have asked for, by their one right name: however a peer spells them, it cannot
/// bring more than a bounded number of them into being.
/// </summary>
internal static class ConstructedTypes
{
    private static readonly ConcurrentDictionary<string, Type> Known = new(StringComparer.Ordinal);

    public static Type ArrayOf(Type element) => Get($"{TypeNames.Format(element)}[]", () => element.MakeArrayType())!;

    /// <summary>The constructed type, or null where there can be none with these arguments.</summary>
    public static Type? Generic(Type definition, Type[] arguments)
    {
        if (definition.GetGenericArguments().Length != arguments.Length) return null;
        var name = $"{TypeCatalog.NameOf(definition)}<{string.Join(',', arguments.Select(TypeNames.Format))}>";
        try
        {
            return Get(name, () => definition.MakeGenericType(arguments));
        }
        catch (ArgumentException)
        {
            // An argument that breaks a constraint: such a type cannot exist here.
            return null;
        }
    }

    private static Type Get(string name, Func<Type> construct)
    {
        if (Known.TryGetValue(name, out var type)) return type;
        if (Known.Count >= BodyLimits.MaxConstructedTypes)
            throw new SerializerException($"More than {BodyLimits.MaxConstructedTypes} constructed types have been named in messages, which is the limit.");
        return Known.GetOrAdd(name, construct());
    }
}
