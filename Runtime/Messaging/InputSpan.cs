using System.Buffers.Binary;
using System.Text;

namespace Orleans.Runtime.Messaging;

/// <summary>Reads the fields of a frame; what does not fit is a malformed frame, whatever the bytes are.</summary>
internal ref struct InputSpan(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public byte ReadByte()
    {
        var value = Take(1)[0];
        return value;
    }

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public Guid ReadGuid() => new(Take(16));

    public uint ReadVar()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = ReadByte();
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidMessageFrameException("A number is longer than five bytes.");
    }

    public ReadOnlySpan<byte> ReadBlock()
    {
        var length = ReadVar();
        return length > (uint)_rest.Length
            ? throw new InvalidMessageFrameException("A field is longer than its frame.")
            : Take((int)length);
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadBlock());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new InvalidMessageFrameException("The frame ends in the middle of a field.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
