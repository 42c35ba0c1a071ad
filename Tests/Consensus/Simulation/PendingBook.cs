using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// What became of the writes that were accepted without a quorum, seen from above. Each must have been the value, or be listed as lost, or be superseded by one of its own side that
/// had seen it, or have gone with all the silos that kept it; none is the value twice; what is overwritten without having been seen is listed; what is listed is so once.
/// <para>
/// It goes by the chosen states of a key in the order of their ballots. Between two of them there may have been others that no quorum held, so that what it says of two
/// neighbours it says only where nothing can have come between.
/// </para>
/// </summary>
internal sealed class PendingBook(Simulation simulation)
{
    private readonly Dictionary<Key, Dictionary<WriteStamp, Entry>> _accepted = [];
    private readonly HashSet<(Key, WriteStamp)> _resolving = [];

    public int Writes { get; private set; }

    public void Accepted(PendingWrite write)
    {
        if (!_accepted.TryGetValue(write.Key, out var writes))
            _accepted[write.Key] = writes = [];
        writes.Add(write.Stamp, new Entry(write));
        Writes++;
        simulation.NotePending(write);
    }

    public bool IsAccepted(Key key, OperationId id) =>
        _accepted.TryGetValue(key, out var writes) && writes.Values.Any(entry => entry.Write.OperationId == id);

    public void Kept(PendingWrite write, string silo) => _accepted[write.Key][write.Stamp].Keepers.Add(silo);

    /// <summary>Somebody wants the conflict off the list: it may be gone in the round that listed it.</summary>
    public void Resolving(Key key, WriteStamp conflict) => _resolving.Add((key, conflict));

    /// <summary>A silo that kept it has crashed.</summary>
    public void Lost(PendingWrite write, string silo)
    {
        _accepted[write.Key][write.Stamp].Keepers.Remove(silo);
    }

    /// <exception cref="ViolationException">Some write has gone without trace, or counted twice.</exception>
    public void Check(Key key, IReadOnlyList<RegisterState> chosen, Func<OperationId, bool> tookEffect)
    {
        var writes = _accepted.GetValueOrDefault(key) ?? [];
        CheckStates(key, chosen, writes);
        foreach (var entry in writes.Values)
            CheckFate(key, chosen, entry, writes, tookEffect);
    }

    private void CheckFate(Key key, IReadOnlyList<RegisterState> chosen, Entry entry, Dictionary<WriteStamp, Entry> writes, Func<OperationId, bool> tookEffect)
    {
        var write = entry.Write;
        var at = 0;
        while (at < chosen.Count && chosen[at].Divergence?.HasMerged(write.Stamp) != true)
            at++;
        if (at == chosen.Count)
        {
            // With a later write of its owner in its place nobody keeps it any more.
            if (entry.Keepers.Count > 0 && !writes.Values.Any(other => other.Write.Owner == write.Owner && other.Write.Stamp > write.Stamp))
                throw new ViolationException($"{key}: {write} was accepted, kept by {entry}, and never merged");
            return;
        }

        // Done the ordinary way, or by another silo that accepted the same operation.
        if (tookEffect(write.OperationId) || writes.Values.Any(other => other.Write.OperationId == write.OperationId && other.Write.Stamp != write.Stamp))
            return;
        if (_resolving.Contains((key, write.Stamp)) || chosen.Any(state => state.Written == write.Stamp || state.Divergence?.TryFind(write.Stamp, out _) == true))
            return;
        if (writes.Values.Any(other => IsSuperseded(write, other.Write)))
            return;
        // Two deletes are the same, and which of them lost interests nobody.
        if (write.IsDelete && (chosen[at].IsTombstone || simulation.Invariants.WasDeletedAfter(key, write.Stamp)))
            return;
        // It may have been the value for a moment, in a round that wrote more, or in a state that no quorum held by itself; not where something newer was there before.
        var before = at == 0 ? null : chosen[at - 1];
        if (before?.Written > write.Stamp)
            throw new ViolationException($"{key}: {write} lost against {before.Written}, and is listed nowhere: {chosen[at]}");
        if (chosen[at].Written < write.Stamp)
            throw new ViolationException($"{key}: {write} is merged, but something older is the value: {chosen[at]}");
    }

    private static bool IsSuperseded(PendingWrite write, PendingWrite by) =>
        (by.Owner == write.Owner && by.Stamp > write.Stamp) || by.Seen.Any(seen => seen.Silo == write.Owner && seen >= write.Stamp);

    private void CheckStates(Key key, IReadOnlyList<RegisterState> chosen, Dictionary<WriteStamp, Entry> writes)
    {
        var versions = new Dictionary<WriteStamp, long>();
        var everListed = new HashSet<WriteStamp>();
        RegisterState? before = null;
        foreach (var state in chosen)
        {
            if (before is not null && state.Written < before.Written)
                throw new ViolationException($"{key}: {state.Written} was written over {before.Written}");
            // With a tombstone all this may be forgotten.
            if (before is { IsTombstone: true } && simulation.Options.PurgeEvery > 0)
            {
                everListed.Clear();
                versions.Clear();
            }

            foreach (var conflict in state.Divergence?.Conflicts ?? [])
            {
                if (before?.Divergence?.TryFind(conflict.Id, out _) == true)
                    continue;
                if (!everListed.Add(conflict.Id))
                    throw new ViolationException($"{key}: {conflict} is listed again");
                if (versions.ContainsKey(conflict.Id) && before?.Written != conflict.Id)
                    throw new ViolationException($"{key}: {conflict} is listed, long after it was overwritten by who had seen it");
            }

            if (!state.IsLapsed)
            {
                if (versions.TryGetValue(state.Written, out var version) && version != state.Version && !IsTouched(before, state))
                    throw new ViolationException($"{key}: {state.Written} was the value at versions {version} and {state.Version}");
                versions[state.Written] = state.Version;
            }

            if (before is not null)
                CheckOverwritten(key, before, state, writes);
            before = state;
        }
    }

    /// <summary>The value of before under a later version: touches give it another expiry, and are no writes.</summary>
    private static bool IsTouched(RegisterState? before, RegisterState state) =>
        before is { IsTombstone: false } && before.Written == state.Written && before.Version < state.Version && before.Value.Span.SequenceEqual(state.Value.Span);

    /// <summary>One write further, and it was a merge: what was there before was seen, or is listed.</summary>
    private void CheckOverwritten(Key key, RegisterState before, RegisterState after, Dictionary<WriteStamp, Entry> writes)
    {
        if (after.Version != before.Version + 1 || before.IsTombstone || after.IsLapsed || !writes.TryGetValue(after.Written, out var entry) || entry.Write.HasSeen(before.Written))
            return;
        var isSame = !after.IsTombstone && after.Value.Span.SequenceEqual(before.Value.Span);
        if (!isSame && !_resolving.Contains((key, before.Written)) && after.Divergence?.TryFind(before.Written, out _) != true)
            throw new ViolationException($"{key}: {entry.Write} overwrote {before.Written}, which it had not seen, and that is not listed: {after}");
    }

    private sealed class Entry(PendingWrite write)
    {
        public PendingWrite Write { get; } = write;

        public HashSet<string> Keepers { get; } = [write.Owner];

        public override string ToString() => string.Join(", ", Keepers);
    }
}
