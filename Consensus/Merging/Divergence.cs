using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What a state knows of writes that were accepted without a quorum and merged later. Nearly all states have none. Immutable. The rules, and why they are safe, are in
/// <see cref="PendingWrite"/>.
/// </summary>
public sealed class Divergence : IEquatable<Divergence>
{
    /// <summary>
    /// Silos of which a key remembers the last merged stamp. Far above the number that write to one key during one partition; past it the oldest is forgotten, and a
    /// copy of its write that turns up later is listed as a conflict once more. It cannot become the value again.
    /// </summary>
    public const int MaxMerged = 32;

    /// <summary>Conflicts that a key may have: enough to see what happened; a key with more of them has nobody who looks at them.</summary>
    public const int MaxConflicts = 16;

    /// <summary>
    /// What the conflicts of a key may take, as long as there are two of them: every accept of the key carries them. A single one always fits, or two large values
    /// could never be merged; with the value itself that stays below <see cref="FrameCodec.MaxFrameBytes"/>.
    /// </summary>
    public const int MaxConflictBytes = 8 * 1024 * 1024;

    /// <exception cref="ArgumentException">It says nothing, is out of order, or exceeds a bound.</exception>
    public Divergence(string writtenBy, ImmutableArray<WriteStamp> merged, ImmutableArray<Conflict> conflicts)
    {
        ArgumentNullException.ThrowIfNull(writtenBy);
        if (writtenBy.Length == 0 && merged.Length == 0 && conflicts.Length == 0)
            throw new ArgumentException("a divergence that says nothing");
        if (merged.Length > MaxMerged)
            throw new ArgumentException($"a state remembers merges of at most {MaxMerged} silos", nameof(merged));
        for (var i = 0; i < merged.Length; i++)
        {
            if (string.CompareOrdinal(i == 0 ? "" : merged[i - 1].Silo, merged[i].Silo) >= 0)
                throw new ArgumentException("merged stamps must be in order of silo, each once", nameof(merged));
        }

        for (var i = 0; i < conflicts.Length; i++)
        {
            if (i > 0 && conflicts[i - 1].Id >= conflicts[i].Id)
                throw new ArgumentException("conflicts must be in order of id, each once", nameof(conflicts));
            ConflictBytes += conflicts[i].Bytes;
        }

        if (conflicts.Length > MaxConflicts || (conflicts.Length > 1 && ConflictBytes > MaxConflictBytes))
            throw new ArgumentException($"a state has at most {MaxConflicts} conflicts of {MaxConflictBytes} bytes", nameof(conflicts));

        WrittenBy = writtenBy;
        Merged = merged;
        Conflicts = conflicts;
    }

    /// <summary>The silo of the merged write that made the present value or tombstone; empty where an ordinary write made it.</summary>
    public string WrittenBy { get; }

    /// <summary>Per silo, in order of its name, the newest stamp of which all up to it are merged, or were superseded by one that is.</summary>
    public ImmutableArray<WriteStamp> Merged { get; }

    /// <summary>What lost, in order of id.</summary>
    public ImmutableArray<Conflict> Conflicts { get; }

    public long ConflictBytes { get; }

    /// <summary>What this takes beside the value: see <see cref="Conflict.Bytes"/>.</summary>
    public long Bytes => ConflictBytes + ((long)MergedBytes * (1 + Merged.Length));

    // An entry with a name of usual length, and its objects.
    private const int MergedBytes = 64;

    /// <summary>The write is merged, or something that had seen it is.</summary>
    public bool HasMerged(WriteStamp stamp)
    {
        foreach (var merged in Merged)
        {
            if (string.Equals(merged.Silo, stamp.Silo, StringComparison.Ordinal))
                return stamp.Clock <= merged.Clock;
        }

        return false;
    }

    public bool TryFind(WriteStamp id, out Conflict? conflict)
    {
        foreach (var candidate in Conflicts)
        {
            if (candidate.Id == id)
            {
                conflict = candidate;
                return true;
            }
        }

        conflict = null;
        return false;
    }

    public bool Equals(Divergence? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && string.Equals(WrittenBy, other.WrittenBy, StringComparison.Ordinal)
            && Merged.AsSpan().SequenceEqual(other.Merged.AsSpan())
            && Conflicts.AsSpan().SequenceEqual(other.Conflicts.AsSpan()));

    public override bool Equals(object? obj) => Equals(obj as Divergence);

    public override int GetHashCode() => HashCode.Combine(WrittenBy, Merged.Length, Conflicts.Length);

    public override string ToString()
    {
        var text = new StringBuilder();
        if (WrittenBy.Length > 0)
            text.Append("written by ").Append(WrittenBy).Append(", ");
        return text.Append("merged [").AppendJoin(' ', Merged).Append("], conflicts [").AppendJoin("; ", Conflicts).Append(']').ToString();
    }

    internal void AppendTo(ref Xxh64 hash)
    {
        Append(ref hash, WrittenBy);
        hash.Append(Merged.Length);
        foreach (var merged in Merged)
            Append(ref hash, merged);
        hash.Append(Conflicts.Length);
        foreach (var conflict in Conflicts)
        {
            Append(ref hash, conflict.Lost);
            Append(ref hash, conflict.Kept);
        }
    }

    private static void Append(ref Xxh64 hash, ContestedWrite write)
    {
        Append(ref hash, write.Stamp);
        hash.Append(write.IsDelete ? 1 : 0);
        hash.Append(write.ContentType is null ? 0 : 1);
        Append(ref hash, write.ContentType ?? "");
        hash.Append(write.Value.Length);
        hash.Append(write.Value.Span);
    }

    private static void Append(ref Xxh64 hash, WriteStamp stamp)
    {
        Span<byte> clock = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(clock, stamp.Clock.Value);
        hash.Append(clock);
        Append(ref hash, stamp.Silo);
    }

    private static void Append(ref Xxh64 hash, string text)
    {
        // Both names and media types are short: see their limits.
        Span<byte> utf8 = stackalloc byte[3 * NodeId.MaxNameBytes];
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > utf8.Length)
            utf8 = new byte[length];
        hash.Append(length);
        hash.Append(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }
}
