using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Orleans.Serialization.Codecs;

namespace Orleans.Serialization.Wire;

/// <summary>
/// Reads tagged values from one contiguous body. Trusts nothing in it: every length is held against what is left, every type
/// against the catalog, every nesting against the limit; what is wrong ends in a <see cref="SerializerException"/>.
/// </summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body, ReadSession session)
{
    // How many times its own length a body may be read again for references into skipped fields. An honest one needs less than two; a
    // hostile one could otherwise ask for the same long object with every few bytes.
    private const int RecoveryFactor = 8;

    private readonly ReadOnlySpan<byte> _body = body;
    private int _position;
    private int _depth;
    private long _recoverable = (long)body.Length * RecoveryFactor;

    public ReadSession Session { get; } = session;

    public readonly int Position => _position;

    public readonly int Remaining => _body.Length - _position;

    public void EnterObject()
    {
        if (++_depth > BodyLimits.MaxDepth) BodyFault.TooDeep();
    }

    public void LeaveObject() => _depth--;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadTag(out WireKind kind)
    {
        var position = _position;
        if ((uint)position < (uint)_body.Length)
        {
            uint first = _body[position];
            if (first < 0x80)
            {
                _position = position + 1;
                kind = (WireKind)(first & 7);
                return first >> 3;
            }
        }

        return ReadLongTag(out kind);
    }

    /// <summary>The next tag, which must belong to the value with the given number.</summary>
    public WireKind ExpectTag(uint id)
    {
        var found = ReadTag(out var kind);
        if (found != id || kind == WireKind.End) BodyFault.Malformed($"Field {found} of kind {kind} stands where field {id} belongs", _position);
        return kind;
    }

    public void ExpectEnd()
    {
        if (_position != _body.Length) BodyFault.Malformed($"{Remaining} bytes are left over", _position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarint()
    {
        var position = _position;
        if ((uint)position < (uint)_body.Length)
        {
            ulong first = _body[position];
            if (first < 0x80)
            {
                _position = position + 1;
                return first;
            }
        }

        return ReadLongVarint();
    }

    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public byte ReadByte() => Take(1)[0];

    /// <summary>The bytes of a value of kind <see cref="WireKind.Bytes"/>, still in the body.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        if (length > (ulong)Remaining) BodyFault.Truncated(_position, _body.Length);
        return Take((int)length);
    }

    /// <summary>A count of things each of which takes at least one byte, so that a count beyond what is left is a lie.</summary>
    public int ReadCount()
    {
        var count = ReadVarint();
        if (count > (ulong)Remaining) BodyFault.Truncated(_position, _body.Length);
        return (int)count;
    }

    public void Skip(WireKind kind)
    {
        switch (kind)
        {
            case WireKind.Default:
                return;
            case WireKind.Varint or WireKind.Reference:
                ReadVarint();
                return;
            case WireKind.Fixed32:
                Take(sizeof(uint));
                return;
            case WireKind.Fixed64:
                Take(sizeof(ulong));
                return;
            case WireKind.Bytes:
                ReadBytes();
                return;
            case WireKind.Object:
                SkipObject();
                return;
            default:
                BodyFault.Malformed("An end stands where a value belongs", _position);
                return;
        }
    }

    /// <summary>Passes over fields, of this section and all that follow, to the end of the object.</summary>
    public void SkipToEnd()
    {
        while (true)
        {
            var id = ReadTag(out var kind);
            if (kind != WireKind.End) Skip(kind);
            else if (IsLastEnd(id)) return;
        }
    }

    /// <summary>Of an end tag: true for the object's, false for a section's.</summary>
    public readonly bool IsLastEnd(uint id)
    {
        if (id > 1) BodyFault.Malformed("An unknown end tag", _position);
        return id == 0;
    }

    /// <summary>The object a reference means; null for the null reference.</summary>
    public object? ReadReferenced(Codec codec)
    {
        var offset = ReadVarint();
        if (offset == 0) return null;
        // References only point back. A point ahead would be read twice, and could be read for ever.
        if (offset >= (ulong)_position) BodyFault.Malformed("A reference points ahead", _position);
        var start = (int)offset;
        if (Session.Find(start) is { } known) return known;
        if (!Session.WasSkipped(start)) BodyFault.Malformed("A reference points to where no object begins", _position);

        var (resume, nested) = (_position, Session.IsRecovering);
        (_position, Session.IsRecovering) = (start, true);
        EnterObject();
        var value = codec.ReadBoxed(ref this, WireKind.Object);
        LeaveObject();
        _recoverable -= _position - start;
        if (_recoverable < 0) BodyFault.Malformed("Too many references lead into fields that were skipped", resume);
        (_position, Session.IsRecovering) = (resume, nested);
        return value;
    }

    /// <summary>The codec of an object's actual type, or null where it is the expected one. Stands at the start of an object.</summary>
    public Codec? ReadType()
    {
        var specification = ReadVarint();
        if (specification == 0) return null;
        var start = _position;
        if (specification != 1)
        {
            if (specification - 2 >= (ulong)_position) BodyFault.Malformed("A type reference points ahead", _position);
            start = (int)(specification - 2);
            if (Session.FindType(start) is { } known) return known;
        }

        var resume = _position;
        _position = start;
        var name = ReadBytes();
        if (specification != 1) _position = resume;
        var codec = TypeNameCodecs.Resolve(name);
        Session.AddType(start, codec);
        return codec;
    }

    private void SkipObject()
    {
        Session.AddSkipped(_position);
        EnterObject();
        if (ReadVarint() == 1) ReadBytes();
        SkipToEnd();
        LeaveObject();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining) BodyFault.Truncated(_position, _body.Length);
        var taken = _body.Slice(_position, count);
        _position += count;
        return taken;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private uint ReadLongTag(out WireKind kind)
    {
        var tag = ReadLongVarint();
        kind = (WireKind)(tag & 7);
        if (tag >> 3 > uint.MaxValue) BodyFault.Malformed("A field number beyond 32 bits", _position);
        return (uint)(tag >> 3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong ReadLongVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _body.Length) BodyFault.Truncated(_position, _body.Length);
            ulong next = _body[_position++];
            // The tenth byte has room for one bit only.
            if (shift == 63 && next > 1) break;
            value |= (next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        BodyFault.Malformed("A number of more than 64 bits", _position);
        return 0;
    }
}
