using System.Buffers.Binary;
using System.Text;

namespace Orleans.Kv.Consensus;

/// <summary>
/// One state of a key, immutable: a value or a tombstone, and what exactly-once needs to know of recent operations. The bytes of
/// <see cref="Value"/> belong to the state: whoever makes one hands over memory that nobody changes or reuses.
/// </summary>
public sealed class RegisterState : IEquatable<RegisterState>
{
    /// <summary>Larger values belong into chunks: one value is one message, and a slow link should not wait seconds behind one of them.</summary>
    public const int MaxValueBytes = 8 * 1024 * 1024;

    /// <summary>RFC 6838 limits type and subtype to 127 characters each; parameters included, nothing sane is longer.</summary>
    public const int MaxContentTypeBytes = 255;

    private ulong _hash;

    public RegisterState(
        bool isTombstone, ReadOnlyMemory<byte> value, string? contentType, long version,
        HybridTimestamp modified, HybridTimestamp expiry, HybridTimestamp stamp, OperationMemory memory,
        Divergence? divergence = null, bool isLapsed = false)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (isLapsed && !isTombstone)
            throw new ArgumentException("a value has not lapsed while it is there", nameof(isLapsed));
        IsTombstone = isTombstone;
        Value = isTombstone ? default : value;
        ContentType = isTombstone ? null : contentType;
        Version = version;
        Modified = modified;
        Expiry = isTombstone ? HybridTimestamp.Zero : expiry;
        Stamp = stamp;
        Memory = memory;
        Divergence = divergence;
        IsLapsed = isLapsed;
    }

    /// <summary>The key does not exist, and did not fall out of memory either.</summary>
    public bool IsTombstone { get; }

    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The media type of the value, or null where none was given. See <see cref="ContentTypes"/>.</summary>
    public string? ContentType { get; }

    /// <summary>Rises with every change of the value or of its expiry, over deletes and re-creations too.</summary>
    public long Version { get; }

    /// <summary>
    /// The stamp of the write that set the value, or of the delete. Of a value that ran out, still the stamp of the write that set it; of a key that was absent, its floor's.
    /// </summary>
    public HybridTimestamp Modified { get; }

    /// <summary>When the value is due to be replaced by a tombstone; zero for never.</summary>
    public HybridTimestamp Expiry { get; }

    /// <summary>The hybrid time of the last accept that changed anything, the memory of operations included. Rises with every such change.</summary>
    public HybridTimestamp Stamp { get; }

    public OperationMemory Memory { get; }

    /// <summary>What is known of merged writes; null, as for nearly all, for nothing.</summary>
    public Divergence? Divergence { get; }

    /// <summary>A tombstone that nobody's delete wrote: the value ran out, or the key was absent. Who writes over it overwrites nobody's write.</summary>
    public bool IsLapsed { get; }

    /// <summary>The stamp of the write that made the present value or tombstone. Rises with every write.</summary>
    public WriteStamp Written => new(Modified, Divergence?.WrittenBy ?? "");

    /// <summary>About what the value takes, and what it left behind in conflicts.</summary>
    public long Bytes => Value.Length + (Divergence?.Bytes ?? 0);

    /// <summary>True when the value has an expiry and <paramref name="now"/> (or this state's own stamp, if that is later) has reached it.</summary>
    public bool IsDue(HybridTimestamp now) =>
        Expiry != HybridTimestamp.Zero && HybridTimestamp.Later(now, Stamp) >= Expiry;

    /// <summary>
    /// 64 bits over everything in the state, computed when first asked for. Equal states have equal hashes on every node and build; never zero. Two threads may
    /// compute it at once: both write the same number.
    /// </summary>
    public ulong Hash
    {
        get
        {
            if (_hash == 0)
                _hash = ComputeHash();
            return _hash;
        }
    }

    /// <summary>The bytes still are what <see cref="Hash"/> was computed of. Reads all of them; true where the hash was never asked for.</summary>
    public bool IsSound => _hash == 0 || ComputeHash() == _hash;

    /// <summary>A copy that forgets nothing but belongs to another stamp; the shape in which a tombstone carries floors.</summary>
    internal static RegisterState FloorTombstone(long version, HybridTimestamp modified, HybridTimestamp stamp, OperationMemory memory) =>
        new(isTombstone: true, default, null, version, modified, HybridTimestamp.Zero, stamp, memory, isLapsed: true);

    public bool Equals(RegisterState? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && IsTombstone == other.IsTombstone
            && IsLapsed == other.IsLapsed
            && Version == other.Version
            && Modified == other.Modified
            && Expiry == other.Expiry
            && Stamp == other.Stamp
            && string.Equals(ContentType, other.ContentType, StringComparison.Ordinal)
            && Memory.Equals(other.Memory)
            && Equals(Divergence, other.Divergence)
            && Value.Span.SequenceEqual(other.Value.Span));

    public override bool Equals(object? obj) => Equals(obj as RegisterState);

    public override int GetHashCode() => HashCode.Combine(Version, Stamp);

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append('v').Append(Version).Append(' ');
        if (IsTombstone)
            text.Append("tombstone");
        else
            text.Append(Value.Length).Append(" bytes");
        if (Expiry != HybridTimestamp.Zero)
            text.Append(" until ").Append(Expiry);
        text.Append(" stamp ").Append(Stamp).Append(' ').Append(Memory);
        if (Divergence is not null)
            text.Append(' ').Append(Divergence);
        return text.ToString();
    }

    private ulong ComputeHash()
    {
        // Lengths lead what varies, so that no two states share one sequence of bytes.
        var type = ContentType is null ? -1 : Encoding.UTF8.GetByteCount(ContentType);
        // In one piece: piece by piece takes twice as long, and this is on the way of every write.
        Span<byte> head = stackalloc byte[6 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(head, IsLapsed ? 2 : IsTombstone ? 1 : 0);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], Modified.Value);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], Expiry.Value);
        BinaryPrimitives.WriteInt64LittleEndian(head[32..], Stamp.Value);
        BinaryPrimitives.WriteInt64LittleEndian(head[40..], type);
        var hash = new Xxh64(0);
        hash.Append(head);
        if (type > 0)
        {
            Span<byte> utf8 = type <= MaxContentTypeBytes ? stackalloc byte[type] : new byte[type];
            Encoding.UTF8.GetBytes(ContentType!, utf8);
            hash.Append(utf8);
        }

        hash.Append(Value.Length);
        hash.Append(Value.Span);
        Memory.AppendTo(ref hash);
        Divergence?.AppendTo(ref hash);
        var result = hash.Current;
        return result == 0 ? 1 : result;
    }
}
