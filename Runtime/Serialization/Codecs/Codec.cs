using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Writes, reads and copies the values of one type. Codecs are stateless and shared by the whole process.</summary>
internal abstract class Codec
{
    public abstract Type Type { get; }

    /// <summary>
    /// Whether a copy may be the value itself, because neither it nor anything it reaches can change. (See <see cref="CopyContext"/>.)
    /// </summary>
    public virtual bool IsShallow => false;

    /// <summary>Why values of the type cannot be written, or null when they can.</summary>
    public virtual string? Unsupported => null;

    public abstract void WriteBoxed(ref BodyWriter writer, uint id, object? value);

    public abstract object? ReadBoxed(ref BodyReader reader, WireKind kind);

    public abstract object? CopyBoxed(object? value, CopyContext context);

    /// <summary>What stands between an object's type specification and its end, where the slot's type is not the value's own.</summary>
    public virtual void WriteBoxedContent(ref BodyWriter writer, object value)
    {
        WriteBoxed(ref writer, 0, value);
        writer.WriteEnd();
    }

    /// <param name="reader">Stands behind the type specification.</param>
    /// <param name="offset">Where the object begins, by which references know it.</param>
    public virtual object? ReadBoxedContent(ref BodyReader reader, int offset)
    {
        var value = ReadBoxed(ref reader, reader.ExpectTag(0));
        reader.SkipToEnd();
        return value;
    }
}
