using Orleans.Serialization.Copying;
using Orleans.Serialization.Types;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>The codec of a struct by its members.</summary>
internal sealed class StructCodec<T> : Codec<T>
    where T : struct
{
    private readonly Lazy<MemberCode<T>> _code = new(static () => MemberCode<T>.Compile(SerializableType.Of(typeof(T))));

    public override bool IsShallow => SerializableType.Of(typeof(T)).IsShallow;

    public override void Write(ref BodyWriter writer, uint id, T value)
    {
        writer.WriteTag(id, WireKind.Object);
        writer.WriteByte(0);
        writer.EnterObject();
        _code.Value.Write(ref writer, ref value);
        writer.LeaveObject();
    }

    public override T Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Object) return ReadOther(ref reader, kind);
        var offset = reader.Position;
        reader.EnterObject();
        var value = default(T);
        var actual = reader.ReadType();
        if (actual is null || ReferenceEquals(actual, this)) _code.Value.Read(ref reader, ref value);
        else value = GraphContent.ReadTyped<T>(ref reader, actual, offset);
        reader.LeaveObject();
        return value;
    }

    public override T Copy(T value, CopyContext context)
    {
        if (IsShallow) return value;
        var copy = default(T);
        _code.Value.Copy(ref value, ref copy, context);
        return copy;
    }

    public override void WriteBoxedContent(ref BodyWriter writer, object value)
    {
        var unboxed = (T)value;
        _code.Value.Write(ref writer, ref unboxed);
    }

    public override object ReadBoxedContent(ref BodyReader reader, int offset)
    {
        var value = default(T);
        _code.Value.Read(ref reader, ref value);
        return value;
    }
}
