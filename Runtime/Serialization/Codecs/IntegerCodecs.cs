using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

// Numbers up to 64 bits share one form on the wire, so a member may be widened (or narrowed, while its values fit) between builds.

internal sealed class BooleanCodec : ShallowCodec<bool>
{
    public override void Write(ref BodyWriter writer, uint id, bool value) => writer.WriteVarint(id, value ? 1UL : 0UL);

    public override bool Read(ref BodyReader reader, WireKind kind) =>
        kind == WireKind.Varint ? reader.ReadVarint() != 0 : ReadOther(ref reader, kind);
}

internal sealed class ByteCodec : ShallowCodec<byte>
{
    public override void Write(ref BodyWriter writer, uint id, byte value) => writer.WriteVarint(id, value);

    public override byte Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (byte)Integers.ReadUnsigned(ref reader, kind, byte.MaxValue, typeof(byte)) : ReadOther(ref reader, kind);
}

internal sealed class UInt16Codec : ShallowCodec<ushort>
{
    public override void Write(ref BodyWriter writer, uint id, ushort value) => writer.WriteVarint(id, value);

    public override ushort Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (ushort)Integers.ReadUnsigned(ref reader, kind, ushort.MaxValue, typeof(ushort)) : ReadOther(ref reader, kind);
}

internal sealed class CharCodec : ShallowCodec<char>
{
    public override void Write(ref BodyWriter writer, uint id, char value) => writer.WriteVarint(id, value);

    public override char Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (char)Integers.ReadUnsigned(ref reader, kind, char.MaxValue, typeof(char)) : ReadOther(ref reader, kind);
}

internal sealed class UInt32Codec : ShallowCodec<uint>
{
    public override void Write(ref BodyWriter writer, uint id, uint value) => writer.WriteVarint(id, value);

    public override uint Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (uint)Integers.ReadUnsigned(ref reader, kind, uint.MaxValue, typeof(uint)) : ReadOther(ref reader, kind);
}

internal sealed class UInt64Codec : ShallowCodec<ulong>
{
    public override void Write(ref BodyWriter writer, uint id, ulong value) => writer.WriteWide(id, value);

    public override ulong Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? Integers.ReadUnsigned(ref reader, kind, ulong.MaxValue, typeof(ulong)) : ReadOther(ref reader, kind);
}

internal sealed class SByteCodec : ShallowCodec<sbyte>
{
    public override void Write(ref BodyWriter writer, uint id, sbyte value) => writer.WriteSigned(id, value);

    public override sbyte Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (sbyte)Integers.ReadSigned(ref reader, kind, sbyte.MinValue, sbyte.MaxValue, typeof(sbyte)) : ReadOther(ref reader, kind);
}

internal sealed class Int16Codec : ShallowCodec<short>
{
    public override void Write(ref BodyWriter writer, uint id, short value) => writer.WriteSigned(id, value);

    public override short Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (short)Integers.ReadSigned(ref reader, kind, short.MinValue, short.MaxValue, typeof(short)) : ReadOther(ref reader, kind);
}

internal sealed class Int32Codec : ShallowCodec<int>
{
    public override void Write(ref BodyWriter writer, uint id, int value) => writer.WriteSigned(id, value);

    public override int Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? (int)Integers.ReadSigned(ref reader, kind, int.MinValue, int.MaxValue, typeof(int)) : ReadOther(ref reader, kind);
}

internal sealed class Int64Codec : ShallowCodec<long>
{
    public override void Write(ref BodyWriter writer, uint id, long value) => writer.WriteSigned(id, value);

    public override long Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind) ? Integers.ReadSigned(ref reader, kind, long.MinValue, long.MaxValue, typeof(long)) : ReadOther(ref reader, kind);
}

internal sealed class TimeSpanCodec : ShallowCodec<TimeSpan>
{
    public override void Write(ref BodyWriter writer, uint id, TimeSpan value) => writer.WriteSigned(id, value.Ticks);

    public override TimeSpan Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind)
            ? new TimeSpan(Integers.ReadSigned(ref reader, kind, long.MinValue, long.MaxValue, typeof(TimeSpan)))
            : ReadOther(ref reader, kind);
}

internal sealed class DateOnlyCodec : ShallowCodec<DateOnly>
{
    public override void Write(ref BodyWriter writer, uint id, DateOnly value) => writer.WriteVarint(id, (uint)value.DayNumber);

    public override DateOnly Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind)
            ? DateOnly.FromDayNumber((int)Integers.ReadUnsigned(ref reader, kind, (ulong)DateOnly.MaxValue.DayNumber, typeof(DateOnly)))
            : ReadOther(ref reader, kind);
}

internal sealed class TimeOnlyCodec : ShallowCodec<TimeOnly>
{
    public override void Write(ref BodyWriter writer, uint id, TimeOnly value) => writer.WriteWide(id, (ulong)value.Ticks);

    public override TimeOnly Read(ref BodyReader reader, WireKind kind) =>
        Integers.IsInteger(kind)
            ? new TimeOnly((long)Integers.ReadUnsigned(ref reader, kind, (ulong)TimeOnly.MaxValue.Ticks, typeof(TimeOnly)))
            : ReadOther(ref reader, kind);
}

/// <summary>The one form of integers on the wire.</summary>
internal static class Integers
{
    public static bool IsInteger(WireKind kind) => kind is WireKind.Varint or WireKind.Fixed64;

    public static ulong ReadUnsigned(ref BodyReader reader, WireKind kind, ulong max, Type type)
    {
        var value = kind == WireKind.Varint ? reader.ReadVarint() : reader.ReadFixed64();
        if (value > max) BodyFault.OutOfRange(type, reader.Position);
        return value;
    }

    public static long ReadSigned(ref BodyReader reader, WireKind kind, long min, long max, Type type)
    {
        var coded = kind == WireKind.Varint ? reader.ReadVarint() : reader.ReadFixed64();
        var value = (long)(coded >> 1) ^ -(long)(coded & 1);
        if (value < min || value > max) BodyFault.OutOfRange(type, reader.Position);
        return value;
    }
}
