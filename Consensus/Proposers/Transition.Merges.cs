using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

// Writes that were accepted without a quorum: the rules, and why they are safe, are in PendingWrite.
internal sealed partial class Transition
{
    private WriteStamp Written => new(_modified, _divergence?.WrittenBy ?? "");

    private Outcome Merge(PendingWrite write, PendingOperation pending)
    {
        var isRemembered = _memory.TryRecall(write.OperationId, out var remembered);
        var took = isRemembered && remembered.TookEffect;
        if (_divergence?.HasMerged(write.Stamp) == true && !faults.HasFlag(Faults.ForgetMerges))
        {
            // As with everything that is recalled: the state that goes out holds its effect.
            pending.Proposed = true;
            return new Outcome.Merged(took ? remembered.Version : 0, took, AlreadyDone: true);
        }

        if (_room <= 0)
            return pending.Abandoned(GivenUp.Overloaded);

        // Another copy of the operation went the ordinary way, or was accepted by another silo and merged. Marked, as its outcome may be forgotten before the last copy of this comes.
        if (took)
        {
            Adopt(write, pending, _divergence?.WrittenBy ?? "", lost: null);
            return new Outcome.Merged(remembered.Version, Won: true, AlreadyDone: true);
        }

        var won = faults.HasFlag(Faults.OlderStampWins) ? write.Stamp < Written : write.Stamp > Written;
        var conflict = Contest(write, won);
        if (conflict is not null && !HasRoomFor(conflict))
            return Outcome.MergeFull.Instance;

        Adopt(write, pending, won ? write.Owner : _divergence?.WrittenBy ?? "", conflict);
        if (won)
            Put(write);
        var code = won ? OutcomeCode.MergeWon : OutcomeCode.MergeLost;
        // A copy that failed its condition elsewhere is remembered as having failed; two outcomes of one id cannot be kept.
        if (!isRemembered)
            _memory.Remember(new RememberedOutcome(write.OperationId, write.Deadline, code, won ? _version : 0));
        var outcome = new Outcome.Merged(won ? _version : 0, won, AlreadyDone: false);
        if (_exists && _expiry != HybridTimestamp.Zero && _stamp >= _expiry)
            Lapse();
        return outcome;
    }

    private void Put(PendingWrite write)
    {
        _exists = !write.IsDelete;
        _value = _exists ? write.Value : default;
        _contentType = _exists ? write.ContentType : null;
        _expiry = _exists ? write.Expiry : HybridTimestamp.Zero;
        _lapsed = false;
        NextVersion();
        _modified = write.Stamp.Clock;
        Record();
    }

    /// <summary>What is to be listed as lost: the other side, where it is another one and the winner had not seen it.</summary>
    private Conflict? Contest(PendingWrite write, bool won)
    {
        var isSame = write.IsDelete ? !_exists : _exists && _value.Span.SequenceEqual(write.Value.Span) && string.Equals(_contentType, write.ContentType, StringComparison.Ordinal);
        var isSeen = won && (_lapsed || write.HasSeen(Written) || (faults.HasFlag(Faults.OlderCountsAsSeen) && Written < write.Base));
        if (isSame || isSeen || faults.HasFlag(Faults.LoserNotListed))
            return null;
        var present = new ContestedWrite(Written, !_exists, _value, _contentType);
        var conflict = won ? new Conflict(present, write.ToSide()) : new Conflict(write.ToSide(), present);
        // Listed already: its merge was forgotten for want of room.
        return _divergence?.TryFind(conflict.Id, out _) == true ? null : conflict;
    }

    private bool HasRoomFor(Conflict conflict) => _divergence is not { Conflicts.Length: > 0 } divergence
        || (divergence.Conflicts.Length < Divergence.MaxConflicts && divergence.ConflictBytes + conflict.Bytes <= Divergence.MaxConflictBytes);

    /// <summary>Remembers the merge, and that of all that the write had seen.</summary>
    private void Adopt(PendingWrite write, PendingOperation pending, string writtenBy, Conflict? lost)
    {
        var merged = new SortedDictionary<string, WriteStamp>(StringComparer.Ordinal);
        foreach (var stamp in _divergence?.Merged ?? [])
            merged[stamp.Silo] = stamp;
        foreach (var stamp in write.Seen)
            Raise(merged, stamp);
        Raise(merged, write.Stamp);
        while (merged.Count > Divergence.MaxMerged)
            merged.Remove(merged.Values.Min().Silo);

        var conflicts = _divergence?.Conflicts ?? [];
        if (lost is not null)
            conflicts = [.. conflicts.Append(lost).OrderBy(static conflict => conflict.Id)];
        _divergence = new Divergence(writtenBy, [.. merged.Values], conflicts);
        // Whatever is written next is newer than this, and so is a floor that stands in for it some day.
        _stamp = HybridTimestamp.Later(_stamp, write.Stamp.Clock.Next());
        _room--;
        _changed = true;
        pending.Proposed = true;
    }

    private static void Raise(SortedDictionary<string, WriteStamp> merged, WriteStamp stamp)
    {
        if (!merged.TryGetValue(stamp.Silo, out var before) || before < stamp)
            merged[stamp.Silo] = stamp;
    }

    private bool Resolve(WriteStamp id)
    {
        if (_divergence is null || !_divergence.TryFind(id, out var conflict))
            return false;
        _divergence = Replaced(_divergence.WrittenBy, _divergence.Conflicts.Remove(conflict!));
        return true;
    }

    private Divergence? WrittenBy(string silo) => Replaced(silo, _divergence!.Conflicts);

    private Divergence? Replaced(string writtenBy, ImmutableArray<Conflict> conflicts) =>
        writtenBy.Length + _divergence!.Merged.Length + conflicts.Length == 0 ? null : new Divergence(writtenBy, _divergence.Merged, conflicts);
}
