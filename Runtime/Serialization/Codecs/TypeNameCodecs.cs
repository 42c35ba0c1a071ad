using System.Collections.Concurrent;
using System.Text;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>From the type names in bodies to codecs and back, remembered so that a type's usual name is parsed once.</summary>
internal static class TypeNameCodecs
{
    private static readonly ConcurrentDictionary<Type, string> Names = new();
    private static readonly ConcurrentDictionary<string, Type> Parsed = new(StringComparer.Ordinal);

    public static string NameOf(Type type) => Names.GetOrAdd(type, static type =>
        TypeNames.FindUnnameable(type) is { } unknown
            ? throw new CodecNotFoundException($"{unknown} cannot be named in a message: it carries no [GenerateSerializer].")
            : TypeNames.Format(type));

    public static Codec Resolve(ReadOnlySpan<byte> name)
    {
        var text = Text(name);
        if (Find(text) is { } type)
        {
            var codec = CodecFactory.Get(type);
            return codec.Unsupported is null ? codec : throw new IllegalTypeException(text);
        }

        // Unknown here, but known to be an exception: its message is worth more than the fact that its class is missing.
        if (text.StartsWith(TypeNames.ExceptionMark)) return new FallbackExceptionCodec(TypeNames.Unmarked(text));
        throw new IllegalTypeException(text);
    }

    public static Type ResolveType(ReadOnlySpan<byte> name)
    {
        var text = Text(name);
        return Find(text) ?? throw new IllegalTypeException(text);
    }

    private static Type? Find(string name)
    {
        if (Parsed.TryGetValue(name, out var type)) return type;
        type = TypeNames.Parse(name);
        // Other spellings of the same type (another of its aliases, an escape too many) are as good, but have no end.
        if (type is not null && TypeNames.Format(type) == name) Parsed.TryAdd(name, type);
        return type;
    }

    private static string Text(ReadOnlySpan<byte> name)
    {
        if (name.Length > BodyLimits.MaxTypeNameLength) throw new SerializerException($"A type name of {name.Length} bytes.");
        return Encoding.UTF8.GetString(name);
    }
}
