using Orleans.Serialization.Copying;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// Bytes. Unlike other arrays they have no identity on the wire: an array that occurs twice in a message arrives as two. That saves
/// the look-up for the payloads that most messages are about.
/// </summary>
internal sealed class ByteArrayCodec : Codec<byte[]>
{
    public override void Write(ref BodyWriter writer, uint id, byte[] value)
    {
        if (value is null) writer.WriteDefault(id);
        else writer.WriteBytes(id, value);
    }

    public override byte[] Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? reader.ReadBytes().ToArray() : ReadOther(ref reader, kind);

    public override byte[] Copy(byte[] value, CopyContext context)
    {
        if (value is null) return null!;
        if (context.Find(value) is { } known) return (byte[])known;
        var copy = value.AsSpan().ToArray();
        context.Register(value, copy);
        return copy;
    }
}

internal sealed class ReadOnlyMemoryCodec : Codec<ReadOnlyMemory<byte>>
{
    public override void Write(ref BodyWriter writer, uint id, ReadOnlyMemory<byte> value) => writer.WriteBytes(id, value.Span);

    public override ReadOnlyMemory<byte> Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? reader.ReadBytes().ToArray() : ReadOther(ref reader, kind);

    // Read-only for who holds it, not for who made it.
    public override ReadOnlyMemory<byte> Copy(ReadOnlyMemory<byte> value, CopyContext context) => value.ToArray();
}

internal sealed class MemoryCodec : Codec<Memory<byte>>
{
    public override void Write(ref BodyWriter writer, uint id, Memory<byte> value) => writer.WriteBytes(id, value.Span);

    public override Memory<byte> Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? reader.ReadBytes().ToArray() : ReadOther(ref reader, kind);

    public override Memory<byte> Copy(Memory<byte> value, CopyContext context) => value.ToArray();
}
