using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A write that a silo accepted while it had no quorum, in the available mode. It is not committed: it is kept until it can be <em>merged</em>, by an ordinary round
/// of the protocol with the operation <see cref="ToMerge"/>. Immutable; its bytes belong to it.
/// <para>
/// <b>Who wins.</b> Every state knows the stamp of the write that made it (<see cref="RegisterState.Written"/>). A merge whose stamp is higher makes the value; any other
/// loses. Stamps of states only rise: an ordinary write is stamped above the state that it follows, and a merge raises the state's own stamp above its clock. Hence
/// </para>
/// <list type="bullet">
/// <item>a write is the value by a merge at most once, whatever is forgotten: once it was, or once it lost, no later state has a lower stamp;</item>
/// <item>in whatever order the same writes are merged, and by whomever, the last value is the newest one's.</item>
/// </list>
/// <para>
/// <b>What is listed.</b> The side that is not the value any more, or never became it, is listed as a <see cref="Conflict"/>, unless its value is the same, or the other
/// side had seen it. A write has seen the committed write it was judged against (<see cref="Base"/>), exactly that one: a copy that was never committed may have a
/// later stamp than a write that was, so "below the base" proves nothing. And it has seen the pending writes that were visible on its side (<see cref="Seen"/>, per silo the
/// newest; a silo's later write to a key has seen its earlier ones). Merging it marks those as merged too: their own merges change nothing from then on.
/// </para>
/// <para>
/// <b>Once.</b> A state remembers, per silo, the newest merged stamp, so that retries, copies and duplicates of a merge change nothing; and the operation's id like any other,
/// so that a copy of the same operation that went the ordinary way counts as the same. The rules of marks and deadlines do not hold for merges: the origin <em>is</em> answered,
/// and the partition may outlast every deadline.
/// </para>
/// <para>
/// <b>After a purge</b> nothing of this is remembered. What is written for an absent key starts with the floor's stamp as that of its last write, which is above all that was
/// ever merged into what was purged: a copy that turns up now loses, and is listed. So does, to be safe, a write that was never merged but is older than the floor.
/// </para>
/// <para>It relies on a silo never giving a lower stamp to a later write of a key, over restarts of its process too.</para>
/// </summary>
public sealed class PendingWrite
{
    public required Key Key { get; init; }

    /// <summary>By the hybrid clock of the silo that accepted it, its <em>owner</em>: above <see cref="Base"/>, and above everything in <see cref="Seen"/>.</summary>
    public required WriteStamp Stamp { get; init; }

    /// <summary>The <see cref="RegisterState.Written"/> of the newest copy that the owner could reach; <see cref="WriteStamp.None"/> where there was none.</summary>
    public WriteStamp Base { get; init; }

    /// <summary>The pending writes to the key that the owner knew of: per silo the newest, in order of silo.</summary>
    public ImmutableArray<WriteStamp> Seen { get; init; } = [];

    /// <summary>The caller's operation: a copy of it that was committed the ordinary way, or a retry, is the same write.</summary>
    public required OperationId OperationId { get; init; }

    /// <summary>The operation's deadline, by which copies of it that come later are refused.</summary>
    public required HybridTimestamp Deadline { get; init; }

    /// <summary><see cref="OperationKind.Store"/>, <see cref="OperationKind.Update"/> or <see cref="OperationKind.Delete"/>. Their conditions were judged when the write was accepted.</summary>
    public required OperationKind Kind { get; init; }

    public ReadOnlyMemory<byte> Value { get; init; }

    public string? ContentType { get; init; }

    /// <summary>When the value is due to be replaced by a tombstone; zero for never.</summary>
    public HybridTimestamp Expiry { get; init; }

    /// <summary>The silo that accepted it.</summary>
    public string Owner => Stamp.Silo;

    public bool IsDelete => Kind == OperationKind.Delete;

    /// <summary>The operation that merges it. However often it is carried out, by whomever, it takes effect once.</summary>
    public Operation ToMerge() => new() { Id = OperationId, Deadline = Deadline, Kind = OperationKind.Merge, Merge = this };

    internal ContestedWrite ToSide() => new(Stamp, IsDelete, Value, ContentType);

    /// <summary>The write that made the state was known to the owner.</summary>
    internal bool HasSeen(WriteStamp written)
    {
        if (written == Base)
            return true;
        foreach (var seen in Seen)
        {
            if (string.Equals(seen.Silo, written.Silo, StringComparison.Ordinal))
                return written.Clock <= seen.Clock;
        }

        return string.Equals(written.Silo, Owner, StringComparison.Ordinal) && written < Stamp;
    }

    /// <exception cref="ArgumentException">It contradicts itself.</exception>
    public void Validate()
    {
        if (Owner.Length == 0 || Stamp.Clock == HybridTimestamp.Max)
            throw new ArgumentException("a pending write has an owner, and a stamp that leaves room above it");
        if (Kind is not (OperationKind.Store or OperationKind.Update or OperationKind.Delete))
            throw new ArgumentException($"no {Kind} can be pending");
        if (Value.Length > RegisterState.MaxValueBytes)
            throw new ArgumentException($"a value has at most {RegisterState.MaxValueBytes} bytes");
        if (Seen.Length > Divergence.MaxMerged || Base >= Stamp)
            throw new ArgumentException("a pending write is newer than what it has seen, and has not seen more than can be remembered");
        for (var i = 0; i < Seen.Length; i++)
        {
            if (Seen[i] >= Stamp || string.CompareOrdinal(i == 0 ? "" : Seen[i - 1].Silo, Seen[i].Silo) >= 0)
                throw new ArgumentException("what a pending write has seen is older than it, and in order of silo, each once");
        }
    }

    public override string ToString() => $"{Kind} {Stamp} over {Base} by {OperationId}";
}
