using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orleans.Runtime.Messaging;

/// <summary>One growing run of bytes that messages are written into, one after the other, to be sent with one call.</summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 64 * 1024;

    /// <summary>A buffer that one huge message has grown is given back, so that idle connections do not keep megabytes.</summary>
    private const int KeepSize = 1024 * 1024;

    private byte[] _bytes;
    private int _length;

    public OutputBuffer(int initialSize = InitialSize) => _bytes = ArrayPool<byte>.Shared.Rent(initialSize);

    public int Length => _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>What was written, as an array of its own. The buffer is done for after this.</summary>
    public byte[] ToArrayAndRelease()
    {
        var bytes = Written.ToArray();
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
        return bytes;
    }

    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > KeepSize)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
        }
    }

    /// <summary>Takes back what was written after <paramref name="length"/>.</summary>
    public void TruncateTo(int length) => _length = length;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _length), nameof(count));
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    public void WriteByte(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void WriteInt64(long value)
    {
        Reserve(sizeof(long));
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(long);
    }

    public void WriteInt32(int value)
    {
        Reserve(sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(int);
    }

    public void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(position), value);

    /// <summary>Seven bits per byte, low bits first, the high bit says that more follow.</summary>
    public void WriteVar(uint value)
    {
        Reserve(5);
        while (value >= 0x80)
        {
            _bytes[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _bytes[_length++] = (byte)value;
    }

    public void WriteRaw(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(_length));
        _length += value.Length;
    }

    public void WriteBlock(ReadOnlySpan<byte> value)
    {
        WriteVar((uint)value.Length);
        WriteRaw(value);
    }

    public void WriteString(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        WriteVar((uint)size);
        Reserve(size);
        _length += Encoding.UTF8.GetBytes(value, _bytes.AsSpan(_length));
    }

    public void WriteGuid(Guid value)
    {
        Reserve(16);
        value.TryWriteBytes(_bytes.AsSpan(_length));
        _length += 16;
    }

    private void Reserve(int size)
    {
        if (_bytes.Length - _length < Math.Max(size, 1))
        {
            Grow(size);
        }
    }

    private void Grow(int size)
    {
        var wanted = (int)Math.Min(Math.Max((long)_bytes.Length * 2, (long)_length + size), Array.MaxLength);
        var grown = ArrayPool<byte>.Shared.Rent(wanted);
        _bytes.AsSpan(0, _length).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = grown;
    }
}
