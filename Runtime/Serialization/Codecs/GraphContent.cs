using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Values whose type is not the slot's: the type's name goes first, once per body.</summary>
internal static class GraphContent
{
    public static void WriteTyped(ref BodyWriter writer, uint id, object value)
    {
        var codec = CodecFactory.Get(value.GetType());
        if (codec.Unsupported is { } reason) throw new CodecNotFoundException(reason);
        if (codec is IGraphCodec && writer.Session.TryGetReference(value, writer.Position + TagSize(id), out var known))
        {
            writer.WriteReference(id, known);
            return;
        }

        writer.WriteTag(id, WireKind.Object);
        WriteTypeName(ref writer, codec.Type);
        writer.EnterObject();
        codec.WriteBoxedContent(ref writer, value);
        writer.LeaveObject();
    }

    public static T ReadTyped<T>(ref BodyReader reader, Codec actual, int offset)
    {
        // Before anything of that type is made, not after.
        if (!typeof(T).IsAssignableFrom(actual.Type)) BodyFault.UnexpectedType(typeof(T), actual.Type);
        return (T)actual.ReadBoxedContent(ref reader, offset)!;
    }

    /// <summary>How long the tag of a field is: objects are known by where their type specification stands, just behind it.</summary>
    public static int TagSize(uint id)
    {
        if (id < 16) return 1;
        var size = 1;
        for (var rest = (ulong)id << 3; rest >= 0x80; rest >>= 7) size++;
        return size;
    }

    private static void WriteTypeName(ref BodyWriter writer, Type type)
    {
        if (writer.Session.TryGetTypeName(type, out var offset))
        {
            writer.WriteRawVarint((ulong)offset + 2);
            return;
        }

        writer.WriteByte(1);
        writer.Session.AddTypeName(type, writer.Position);
        writer.WriteText(TypeNameCodecs.NameOf(type));
    }
}
