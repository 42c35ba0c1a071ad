using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// The codec of a class whose objects have an identity: an object that occurs twice in a body is written once and referred to
/// the second time, so shared objects stay shared and cycles end. An object whose class is derived from the slot's is written with its
/// type.
/// </summary>
internal abstract class GraphCodec<T> : Codec<T>, IGraphCodec
    where T : class
{
    public sealed override void Write(ref BodyWriter writer, uint id, T value)
    {
        if (value is null)
        {
            writer.WriteDefault(id);
            return;
        }

        if (typeof(T).IsSealed || value.GetType() == typeof(T))
        {
            if (writer.Session.TryGetReference(value, writer.Position + GraphContent.TagSize(id), out var known))
            {
                writer.WriteReference(id, known);
                return;
            }

            writer.WriteTag(id, WireKind.Object);
            writer.WriteByte(0);
            writer.EnterObject();
            WriteContent(ref writer, value);
            writer.LeaveObject();
            return;
        }

        GraphContent.WriteTyped(ref writer, id, value);
    }

    public sealed override T Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Object) return ReadOther(ref reader, kind);
        var offset = reader.Position;
        if (reader.Session.IsRecovering && reader.Session.FindRecovered(offset) is T recovered)
        {
            reader.Skip(WireKind.Object);
            return recovered;
        }

        reader.EnterObject();
        var actual = reader.ReadType();
        T value;
        if (actual is null || ReferenceEquals(actual, this)) value = ReadContent(ref reader, offset);
        else value = GraphContent.ReadTyped<T>(ref reader, actual, offset);
        reader.LeaveObject();
        return value;
    }

    public sealed override T Copy(T value, CopyContext context)
    {
        if (value is null || IsShallow) return value!;
        if (!typeof(T).IsSealed && value.GetType() != typeof(T)) return (T)CodecFactory.Get(value.GetType()).CopyBoxed(value, context)!;
        if (context.Find(value) is { } known) return (T)known;
        context.Enter();
        var copy = CopyContent(value, context);
        context.Leave();
        return copy;
    }

    /// <summary>Writes tagged fields and the end.</summary>
    public abstract void WriteContent(ref BodyWriter writer, T value);

    /// <summary>Reads fields to the end, and registers the new object by its offset before anything that may refer to it.</summary>
    public abstract T ReadContent(ref BodyReader reader, int offset);

    /// <summary>Makes the copy, and registers it before anything that may refer to it.</summary>
    public abstract T CopyContent(T value, CopyContext context);

    public sealed override void WriteBoxedContent(ref BodyWriter writer, object value) => WriteContent(ref writer, (T)value);

    public sealed override object? ReadBoxedContent(ref BodyReader reader, int offset) => ReadContent(ref reader, offset);

    /// <summary>For codecs that read their elements before the object can exist.</summary>
    protected static T Registered(ref BodyReader reader, int offset, T value)
    {
        reader.Session.Register(offset, value);
        return value;
    }
}
