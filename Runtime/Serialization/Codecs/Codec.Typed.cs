using System.Runtime.CompilerServices;
using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <inheritdoc cref="Codec"/>
internal abstract class Codec<T> : Codec
{
    public override Type Type => typeof(T);

    /// <summary>Writes the tag with the field's number and the value behind it.</summary>
    public abstract void Write(ref BodyWriter writer, uint id, T value);

    /// <summary>Reads what stands behind a tag of the given kind.</summary>
    public abstract T Read(ref BodyReader reader, WireKind kind);

    public abstract T Copy(T value, CopyContext context);

    public override void WriteBoxed(ref BodyWriter writer, uint id, object? value)
    {
        if (value is null) writer.WriteNull(id);
        else Write(ref writer, id, (T)value);
    }

    public override object? ReadBoxed(ref BodyReader reader, WireKind kind) => Read(ref reader, kind);

    public override object? CopyBoxed(object? value, CopyContext context) => value is null ? null : Copy((T)value, context);

    /// <summary>
    /// What a codec without a form of its own for this kind reads: the default, or a value that came with its type, because the
    /// sender's slot was wider (an <c>object</c>) than the one here.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected static T ReadOther(ref BodyReader reader, WireKind kind)
    {
        if (kind == WireKind.Default) return default!;
        if (kind == WireKind.Reference)
        {
            return reader.ReadReferenced(CodecOf<T>.Instance) switch
            {
                null => default!,
                T value => value,
                var other => Unexpected(other),
            };
        }

        var position = reader.Position;
        if (kind != WireKind.Object) BodyFault.UnexpectedKind(typeof(T), kind, position);
        reader.EnterObject();
        var codec = reader.ReadType();
        if (codec is null) BodyFault.UnexpectedKind(typeof(T), kind, position);
        if (!typeof(T).IsAssignableFrom(codec.Type)) BodyFault.UnexpectedType(typeof(T), codec.Type);
        var boxed = codec.ReadBoxedContent(ref reader, position);
        reader.LeaveObject();
        return boxed is T found ? found : Unexpected(boxed);
    }

    private static T Unexpected(object? value)
    {
        BodyFault.UnexpectedType(typeof(T), value);
        return default!;
    }
}
