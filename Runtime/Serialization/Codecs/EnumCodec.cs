using System.Runtime.CompilerServices;
using Orleans.Serialization.Wire;

namespace Orleans.Serialization.Codecs;

/// <summary>
/// An enum as its number. A number without a name here is read as it is: a newer build may have more names.
/// </summary>
internal sealed class EnumCodec<T> : ShallowCodec<T>
    where T : struct, Enum
{
    private static readonly bool IsSigned = Type.GetTypeCode(typeof(T)) is TypeCode.SByte or TypeCode.Int16 or TypeCode.Int32 or TypeCode.Int64;

    public override void Write(ref BodyWriter writer, uint id, T value)
    {
        if (IsSigned) writer.WriteSigned(id, ToSigned(value));
        else writer.WriteWide(id, (ulong)ToSigned(value) & Mask);
    }

    public override T Read(ref BodyReader reader, WireKind kind)
    {
        if (!Integers.IsInteger(kind)) return ReadOther(ref reader, kind);
        if (!IsSigned) return FromBits(Integers.ReadUnsigned(ref reader, kind, Mask, typeof(T)));
        var max = (long)(Mask >> 1);
        return FromBits((ulong)Integers.ReadSigned(ref reader, kind, -max - 1, max, typeof(T)));
    }

    private static ulong Mask => ulong.MaxValue >> (64 - (8 * Unsafe.SizeOf<T>()));

    private static long ToSigned(T value) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<T, sbyte>(value),
        2 => Unsafe.BitCast<T, short>(value),
        4 => Unsafe.BitCast<T, int>(value),
        _ => Unsafe.BitCast<T, long>(value),
    };

    private static T FromBits(ulong bits) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<byte, T>((byte)bits),
        2 => Unsafe.BitCast<ushort, T>((ushort)bits),
        4 => Unsafe.BitCast<uint, T>((uint)bits),
        _ => Unsafe.BitCast<ulong, T>(bits),
    };
}
