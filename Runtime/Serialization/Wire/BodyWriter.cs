using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orleans.Serialization.Wire;

/// <summary>
/// Writes tagged values into a buffer writer, straight into its memory and without a second copy. Nothing is ever patched
/// behind the current position (objects end with a tag rather than begin with a length), so the output may hand out small pieces.
/// </summary>
internal ref struct BodyWriter(IBufferWriter<byte> output, WriteSession session)
{
    // Room for a tag and any fixed-size value: what one call asks for at once.
    private const int Headroom = 32;
    private const int ChunkSize = 512;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span = output.GetSpan(ChunkSize);
    private int _position;
    private int _flushed;
    private int _depth;

    public WriteSession Session { get; } = session;

    /// <summary>Bytes written since the body began: what references to objects count in.</summary>
    public readonly int Position => _flushed + _position;

    public void Flush()
    {
        _output.Advance(_position);
        if (_flushed > int.MaxValue - _position) BodyFault.TooLong();
        _flushed += _position;
        _position = 0;
        _span = default;
    }

    public void EnterObject()
    {
        if (++_depth > BodyLimits.MaxDepth) BodyFault.TooDeep();
    }

    public void LeaveObject() => _depth--;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteTag(uint id, WireKind kind)
    {
        EnsureHeadroom();
        if (id < 16)
        {
            _span[_position++] = (byte)((id << 3) | (uint)kind);
            return;
        }

        PutVarint(((ulong)id << 3) | (ulong)kind);
    }

    public void WriteEnd() => WriteTag(0, WireKind.End);

    public void WriteEndSection() => WriteTag(1, WireKind.End);

    public void WriteDefault(uint id) => WriteTag(id, WireKind.Default);

    public void WriteNull(uint id)
    {
        WriteTag(id, WireKind.Reference);
        _span[_position++] = 0;
    }

    public void WriteReference(uint id, int offset)
    {
        WriteTag(id, WireKind.Reference);
        PutVarint((uint)offset);
    }

    public void WriteByte(byte value)
    {
        EnsureHeadroom();
        _span[_position++] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteVarint(uint id, ulong value)
    {
        if (value == 0)
        {
            WriteDefault(id);
            return;
        }

        WriteTag(id, WireKind.Varint);
        PutVarint(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteSigned(uint id, long value) => WriteWide(id, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A number of up to 64 bits: as a varint while that is not longer than the 8 bytes themselves.</summary>
    public void WriteWide(uint id, ulong value)
    {
        if (value < 1UL << 56)
        {
            WriteVarint(id, value);
            return;
        }

        WriteFixed64(id, value);
    }

    public void WriteFixed32(uint id, uint value)
    {
        WriteTag(id, WireKind.Fixed32);
        BinaryPrimitives.WriteUInt32LittleEndian(_span[_position..], value);
        _position += sizeof(uint);
    }

    public void WriteFixed64(uint id, ulong value)
    {
        WriteTag(id, WireKind.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(_span[_position..], value);
        _position += sizeof(ulong);
    }

    public void WriteRawUInt64(ulong value)
    {
        EnsureHeadroom();
        BinaryPrimitives.WriteUInt64LittleEndian(_span[_position..], value);
        _position += sizeof(ulong);
    }

    public void WriteRawVarint(ulong value)
    {
        EnsureHeadroom();
        PutVarint(value);
    }

    public void WriteBytes(uint id, scoped ReadOnlySpan<byte> value)
    {
        WriteTag(id, WireKind.Bytes);
        PutVarint((uint)value.Length);
        Append(value);
    }

    public void WriteString(uint id, string value)
    {
        WriteTag(id, WireKind.Bytes);
        WriteText(value);
    }

    /// <summary>A length and the text in UTF-8, without a tag.</summary>
    public void WriteText(string value)
    {
        // A short text cannot need more than one byte of length whatever its characters are, so it is encoded in one pass.
        const int ShortText = 42;
        if (value.Length <= ShortText)
        {
            Ensure(1 + (value.Length * 3));
            var length = Encoding.UTF8.GetBytes(value, _span[(_position + 1)..]);
            _span[_position] = (byte)length;
            _position += 1 + length;
            return;
        }

        var count = Encoding.UTF8.GetByteCount(value);
        Ensure(count + 5);
        PutVarint((uint)count);
        _position += Encoding.UTF8.GetBytes(value, _span[_position..]);
    }

    public void Append(scoped ReadOnlySpan<byte> value)
    {
        while (true)
        {
            var room = _span[_position..];
            if (value.Length <= room.Length)
            {
                value.CopyTo(room);
                _position += value.Length;
                return;
            }

            value[..room.Length].CopyTo(room);
            _position += room.Length;
            value = value[room.Length..];
            Refill(Math.Min(value.Length, 1 << 20));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureHeadroom()
    {
        if (_span.Length - _position < Headroom) Refill(ChunkSize);
    }

    private void Ensure(int size)
    {
        if (_span.Length - _position < size) Refill(Math.Max(size, ChunkSize));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Refill(int size)
    {
        Flush();
        _span = _output.GetSpan(Math.Max(size, Headroom));
    }

    // The caller has made sure of 10 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PutVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _span[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _span[_position++] = (byte)value;
    }
}
