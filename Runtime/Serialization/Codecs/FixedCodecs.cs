using System.Buffers.Binary;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

internal sealed class SingleCodec : ShallowCodec<float>
{
    public override void Write(ref BodyWriter writer, uint id, float value) => writer.WriteFixed32(id, BitConverter.SingleToUInt32Bits(value));

    public override float Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Fixed32 ? BitConverter.UInt32BitsToSingle(reader.ReadFixed32()) : ReadOther(ref reader, kind);
}

internal sealed class DoubleCodec : ShallowCodec<double>
{
    public override void Write(ref BodyWriter writer, uint id, double value) => writer.WriteFixed64(id, BitConverter.DoubleToUInt64Bits(value));

    public override double Read(ref BodyReader reader, WireKind kind) => kind switch
    {
        WireKind.Fixed64 => BitConverter.UInt64BitsToDouble(reader.ReadFixed64()),
        WireKind.Fixed32 => BitConverter.UInt32BitsToSingle(reader.ReadFixed32()),
        _ => ReadOther(ref reader, kind),
    };
}

internal sealed class HalfCodec : ShallowCodec<Half>
{
    public override void Write(ref BodyWriter writer, uint id, Half value) => writer.WriteVarint(id, BitConverter.HalfToUInt16Bits(value));

    public override Half Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Varint
            ? BitConverter.UInt16BitsToHalf((ushort)Integers.ReadUnsigned(ref reader, kind, ushort.MaxValue, typeof(Half)))
            : ReadOther(ref reader, kind);
}

internal sealed class DateTimeCodec : ShallowCodec<DateTime>
{
    public override void Write(ref BodyWriter writer, uint id, DateTime value) => writer.WriteFixed64(id, (ulong)value.ToBinary());

    public override DateTime Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Fixed64 ? DateTime.FromBinary((long)reader.ReadFixed64()) : ReadOther(ref reader, kind);
}

internal sealed class DateTimeOffsetCodec : ShallowCodec<DateTimeOffset>
{
    private const int Size = sizeof(long) + sizeof(short);

    public override void Write(ref BodyWriter writer, uint id, DateTimeOffset value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value.Ticks);
        BinaryPrimitives.WriteInt16LittleEndian(bytes[sizeof(long)..], (short)value.TotalOffsetMinutes);
        writer.WriteBytes(id, bytes);
    }

    public override DateTimeOffset Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Bytes) return ReadOther(ref reader, kind);
        var bytes = Blocks.ReadExactly(ref reader, Size, typeof(DateTimeOffset));
        var offset = TimeSpan.FromMinutes((long)BinaryPrimitives.ReadInt16LittleEndian(bytes[sizeof(long)..]));
        return new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes), offset);
    }
}

internal sealed class GuidCodec : ShallowCodec<Guid>
{
    private const int Size = 16;

    public override void Write(ref BodyWriter writer, uint id, Guid value)
    {
        if (value == Guid.Empty)
        {
            writer.WriteDefault(id);
            return;
        }

        Span<byte> bytes = stackalloc byte[Size];
        value.TryWriteBytes(bytes);
        writer.WriteBytes(id, bytes);
    }

    public override Guid Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes ? new Guid(Blocks.ReadExactly(ref reader, Size, typeof(Guid))) : ReadOther(ref reader, kind);
}

internal sealed class Int128Codec : ShallowCodec<Int128>
{
    private const int Size = 16;

    public override void Write(ref BodyWriter writer, uint id, Int128 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt128LittleEndian(bytes, value);
        writer.WriteBytes(id, bytes);
    }

    public override Int128 Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes
            ? BinaryPrimitives.ReadInt128LittleEndian(Blocks.ReadExactly(ref reader, Size, typeof(Int128)))
            : ReadOther(ref reader, kind);
}

internal sealed class UInt128Codec : ShallowCodec<UInt128>
{
    private const int Size = 16;

    public override void Write(ref BodyWriter writer, uint id, UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        writer.WriteBytes(id, bytes);
    }

    public override UInt128 Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Bytes
            ? BinaryPrimitives.ReadUInt128LittleEndian(Blocks.ReadExactly(ref reader, Size, typeof(UInt128)))
            : ReadOther(ref reader, kind);
}

internal sealed class DecimalCodec : ShallowCodec<decimal>
{
    private const int Parts = 4;

    public override void Write(ref BodyWriter writer, uint id, decimal value)
    {
        Span<int> parts = stackalloc int[Parts];
        decimal.GetBits(value, parts);
        Span<byte> bytes = stackalloc byte[Parts * sizeof(int)];
        for (var i = 0; i < Parts; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes[(i * sizeof(int))..], parts[i]);
        writer.WriteBytes(id, bytes);
    }

    public override decimal Read(ref BodyReader reader, WireKind kind)
    {
        if (kind != WireKind.Bytes) return ReadOther(ref reader, kind);
        var bytes = Blocks.ReadExactly(ref reader, Parts * sizeof(int), typeof(decimal));
        Span<int> parts = stackalloc int[Parts];
        for (var i = 0; i < Parts; i++) parts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
        return new decimal(parts);
    }
}

/// <summary>Values that are a block of bytes of one length.</summary>
internal static class Blocks
{
    public static ReadOnlySpan<byte> ReadExactly(scoped ref BodyReader reader, int size, Type type)
    {
        var position = reader.Position;
        var bytes = reader.ReadBytes();
        if (bytes.Length != size) BodyFault.Malformed($"{bytes.Length} bytes stand where the {size} of {type.Name} belong", position);
        return bytes;
    }
}
