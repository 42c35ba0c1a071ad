using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orleans.Kv.Consensus;

/// <summary>Reads what <see cref="WireWriter"/> wrote, and trusts none of it: every length is checked against what is left and against a named limit.</summary>
internal ref struct WireReader(ReadOnlyMemory<byte> frame, FrameOwnership ownership)
{
    private readonly ReadOnlySpan<byte> _bytes = frame.Span;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public byte Byte()
    {
        Need(1);
        return _bytes[Position++];
    }

    public bool Flag()
    {
        var start = Position;
        var value = Byte();
        return value <= 1 ? value == 1 : throw Fault(start, "a flag is neither 0 nor 1");
    }

    public ulong Fixed64()
    {
        Need(sizeof(ulong));
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[Position..]);
        Position += sizeof(ulong);
        return value;
    }

    public long Number()
    {
        var start = Position;
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                // One number, one encoding: a longer one than needed would give equal frames different bytes.
                if (next == 0 && shift > 0)
                    throw Fault(start, "a number is longer than it need be");
                return (long)value;
            }
        }

        throw Fault(start, "a number has more than 63 bits");
    }

    /// <summary>A count of things of which each takes at least <paramref name="leastBytes"/>: no allocation is made for more than can be there.</summary>
    public int Count(int limit, int leastBytes, string what)
    {
        var start = Position;
        var count = Number();
        if (count > limit)
            throw Fault(start, $"more than {limit} {what}");
        if (count * leastBytes > Remaining)
            throw Fault(start, $"more {what} than the frame has bytes for");
        return (int)count;
    }

    public ReadOnlySpan<byte> Span(int limit, string what)
    {
        var length = Count(limit, 1, what);
        var span = _bytes.Slice(Position, length);
        Position += length;
        return span;
    }

    /// <summary>
    /// Bytes that outlive the frame: a slice of it where it is owned and these are at least half of it (so no more than twice their size is kept alive), else
    /// a copy.
    /// </summary>
    public ReadOnlyMemory<byte> Value(int limit, string what)
    {
        var length = Count(limit, 1, what);
        var value = frame.Slice(Position, length);
        Position += length;
        if (length == 0)
            return default;
        return ownership == FrameOwnership.Owned && length >= frame.Length / 2 ? value : value.ToArray();
    }

    public string Text(int limit, string what)
    {
        var start = Position;
        var utf8 = Span(limit, what);
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            throw Fault(start, $"{what} that are no UTF-8");
        return Encoding.UTF8.GetString(utf8);
    }

    public readonly void End()
    {
        if (Remaining > 0)
            throw Fault(Position, $"{Remaining} bytes too many");
    }

    public static FrameFormatException Fault(int position, string fault) => new(position, fault);

    private readonly void Need(int bytes)
    {
        if (Remaining < bytes)
            ThrowTruncated();
    }

    [DoesNotReturn]
    private readonly void ThrowTruncated() => throw Fault(Position, "the frame ends here");
}
