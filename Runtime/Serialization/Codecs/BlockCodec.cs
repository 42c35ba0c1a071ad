using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>Makes a value from its bytes, or throws <see cref="FormatException"/> where they are none.</summary>
internal delegate T FromBytes<T>(ReadOnlySpan<byte> bytes);

/// <summary>The codec of an immutable type that is written as a block of bytes.</summary>
internal sealed class BlockCodec<T>(Func<T, byte[]> toBytes, FromBytes<T> fromBytes) : ShallowCodec<T>
{
    public override void Write(ref BodyWriter writer, uint id, T value)
    {
        if (value is null) writer.WriteDefault(id);
        else writer.WriteBytes(id, toBytes(value));
    }

    public override T Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? fromBytes(reader.ReadBytes()) : ReadOther(ref reader, kind);
}
