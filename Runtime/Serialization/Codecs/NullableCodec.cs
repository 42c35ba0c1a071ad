using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>A value or null. Null is the null reference, since the default kind already means the zero of the value's type.</summary>
internal sealed class NullableCodec<T> : Codec<T?>
    where T : struct
{
    public override bool IsShallow => CodecOf<T>.Instance.IsShallow;

    public override void Write(ref BodyWriter writer, uint id, T? value)
    {
        if (value is { } present) CodecOf<T>.Instance.Write(ref writer, id, present);
        else writer.WriteNull(id);
    }

    public override T? Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Reference) return CodecOf<T>.Instance.Read(ref reader, kind);
        if (reader.ReadVarint() != 0) BodyFault.Malformed($"A reference stands where a {typeof(T).Name} belongs", reader.Position);
        return null;
    }

    public override T? Copy(T? value, CopyContext context) => value is { } present ? CodecOf<T>.Instance.Copy(present, context) : null;
}
