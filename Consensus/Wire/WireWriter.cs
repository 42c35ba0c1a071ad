using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orleans.Kv.Consensus;

/// <summary>The encodings all frames are made of: little-endian fixed integers, LEB128 variable ones, and bytes behind their length.</summary>
internal ref struct WireWriter(IBufferWriter<byte> output)
{
    private const int Chunk = 256;
    private const int MaxVarint = 10;

    private Span<byte> _span = [];
    private int _used;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Fixed64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);

    /// <summary>A number that is never negative; small ones are short.</summary>
    public void Number(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Ensure(MaxVarint);
        var rest = (ulong)value;
        while (rest >= 0x80)
        {
            _span[_used++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _span[_used++] = (byte)rest;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        if (bytes.Length <= Chunk)
        {
            bytes.CopyTo(Reserve(bytes.Length));
            return;
        }

        Flush();
        output.Write(bytes);
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(length);
        Encoding.UTF8.GetBytes(text, Reserve(length));
    }

    /// <summary>Hands over what was written; nothing is complete before this.</summary>
    public void Flush()
    {
        if (_used > 0)
            output.Advance(_used);
        _span = [];
        _used = 0;
    }

    private Span<byte> Reserve(int bytes)
    {
        Ensure(bytes);
        var reserved = _span.Slice(_used, bytes);
        _used += bytes;
        return reserved;
    }

    private void Ensure(int bytes)
    {
        if (_span.Length - _used >= bytes)
            return;
        Flush();
        _span = output.GetSpan(Math.Max(bytes, Chunk));
    }
}
