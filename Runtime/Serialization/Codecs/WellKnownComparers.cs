using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// The comparers that a set or a dictionary may take along: the default one, and those of strings that compare by ordinals. Any
/// other would silently change what equals what, so it is refused.
/// </summary>
internal static class WellKnownComparers
{
    public const uint Id = 3;
    private const ulong Ordinal = 1;
    private const ulong OrdinalIgnoreCase = 2;

    public static void Write<T>(ref BodyWriter writer, object? comparer)
    {
        if (comparer is null || ReferenceEquals(comparer, EqualityComparer<T>.Default) || ReferenceEquals(comparer, Comparer<T>.Default)) return;
        if (ReferenceEquals(comparer, StringComparer.Ordinal)) writer.WriteVarint(Id, Ordinal);
        else if (ReferenceEquals(comparer, StringComparer.OrdinalIgnoreCase)) writer.WriteVarint(Id, OrdinalIgnoreCase);
        else throw new CodecNotFoundException($"A collection with a comparer of type {comparer.GetType()} cannot be written.");
    }

    /// <summary>The comparer; the cast to what the collection needs tells whether it is one of its elements.</summary>
    public static object? Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Varint) BodyFault.UnexpectedKind(typeof(StringComparer), kind, reader.Position);
        object? comparer = reader.ReadVarint() switch
        {
            Ordinal => StringComparer.Ordinal,
            OrdinalIgnoreCase => StringComparer.OrdinalIgnoreCase,
            _ => null,
        };
        if (comparer is null) BodyFault.Malformed("An unknown comparer", reader.Position);
        return comparer;
    }
}
