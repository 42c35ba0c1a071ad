using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// What must hold at every moment, seen from above: one ballot, one state; promises and accepted ballots of a store never fall; what is chosen never changes its mind
/// about versions and outcomes, over deletes, purges and re-creations too; what was answered was chosen before; nothing chosen is lost in the end.
/// <para>
/// A state is chosen when, for some map, w of the slot's replicas in that map's newest generation held it and said so under that map's epoch. Held under another
/// epoch does not count: an old node that accepts what its map would have had it accept, after others have sealed that map, chooses nothing.
/// </para>
/// <para>
/// While keys move, an older epoch's ballot is not chosen by being redelivered to the newest generation: an accept that never got through may lie on a node that is in it,
/// and spread there, while what outdid it is still to be moved. Nobody takes it for chosen: every proposal hears the older generations as well, reads without a proposal wait for the
/// slot to be stable, and the migrator goes by the highest ballot that it has listed in all of them. From then on it must be in order: reads go by w equal answers.
/// </para>
/// </summary>
internal sealed class Invariants(SimulatedAuthority authority, Func<Key, OperationId, bool> isAccepted)
{
    private readonly Dictionary<(Key, Ballot), RegisterState> _proposed = [];
    private readonly Dictionary<(Key, Ballot, Epoch), HashSet<NodeId>> _holders = [];
    private readonly Dictionary<Key, SortedList<Ballot, RegisterState>> _chosen = [];
    private readonly Dictionary<(Key, OperationId), RememberedOutcome> _outcomes = [];
    private readonly Dictionary<(Key, long), ReadOnlyMemory<byte>?> _versions = [];
    private readonly HashSet<Key> _shaken = [];

    /// <summary>
    /// An operator has given up stores that the key's quorums needed: what was chosen may be gone. From now on only what holds of every ballot and of every store is asked of it.
    /// </summary>
    public void Shake(Key key) => _shaken.Add(key);

    public bool IsShaken(Key key) => _shaken.Contains(key);

    /// <summary>An Accept leaves a proposer.</summary>
    public void Proposed(AcceptRequest accept)
    {
        if (!_proposed.TryAdd((accept.Key, accept.Ballot), accept.State) && !_proposed[(accept.Key, accept.Ballot)].Equals(accept.State))
            throw new ViolationException($"{accept.Key}: ballot {accept.Ballot} carries two states");
    }

    /// <summary>A register becomes durable, by a request of that epoch.</summary>
    public void Saved(NodeId node, Key key, in Floor floor, in Register before, in Register after, Epoch epoch)
    {
        if (before.IsAbsent && after.Promised < floor.Ballot)
            throw new ViolationException($"{key} on {node}: promised {after.Promised} below the floor {floor.Ballot}");
        if (after.Promised < before.Promised)
            throw new ViolationException($"{key} on {node}: promise fell from {before.Promised} to {after.Promised}");
        if (after.Accepted < before.Accepted)
            throw new ViolationException($"{key} on {node}: accepted ballot fell from {before.Accepted} to {after.Accepted}");
        if (after.Accepted != before.Accepted)
            Held(node, key, after, epoch);
    }

    /// <summary>A node says under that epoch what it holds.</summary>
    public void Held(NodeId node, Key key, in Register register, Epoch epoch)
    {
        if (register.State is null || IsShaken(key) || (_chosen.TryGetValue(key, out var chosen) && chosen.ContainsKey(register.Accepted)))
            return;
        var placement = authority.MapOf(epoch)[key];
        if (!placement.IsStable && register.Accepted.Epoch != epoch)
            return;
        if (placement.IndexOf(node) is var index && (index < 0 || index >= placement.ReplicaCount))
            return;
        if (!_holders.TryGetValue((key, register.Accepted, epoch), out var nodes))
            _holders[(key, register.Accepted, epoch)] = nodes = new HashSet<NodeId>(placement.ReplicaCount);
        if (nodes.Add(node) && nodes.Count == placement.AcceptQuorum.Needed)
            Chosen(key, register.Accepted, register.State);
    }

    /// <summary>A state of that version, or of a later one, is chosen; or nobody can say, as an operator has given stores up.</summary>
    public bool HasReached(Key key, long version) => IsShaken(key) || (_chosen.TryGetValue(key, out var chosen) && chosen.Values[^1].Version >= version);

    /// <summary>A client learns that its operation took effect with that version.</summary>
    public void Acknowledged(Key key, OperationId id, long version)
    {
        if (!HasReached(key, version))
            throw new ViolationException($"{key}: {id} was acknowledged at version {version}, which no quorum had accepted");
    }

    /// <summary>
    /// At the end w replicas of each key hold its newest chosen state or a later one, or, where that is a tombstone, have purged it with their floor above: nothing
    /// acknowledged is lost.
    /// </summary>
    public void CheckSettled(Func<NodeId, SimulatedDisk?> diskOf, IEnumerable<Key> keys)
    {
        foreach (var key in keys)
        {
            if (IsShaken(key) || !_chosen.TryGetValue(key, out var chosen))
                continue;
            var (newest, state) = (chosen.Keys[^1], chosen.Values[^1]);
            var placement = authority.Map[key];
            var holders = 0;
            foreach (var node in placement.Replicas)
            {
                if (diskOf(node) is not { } disk)
                    continue;
                var slot = disk[key.Slot];
                var holds = slot.Registers.TryGetValue(key, out var register) && register.Accepted >= newest;
                var purged = state.IsTombstone && register.State is null && slot.Floor.Ballot >= newest && slot.Floor.Version >= state.Version;
                holders += holds || purged ? 1 : 0;
            }

            if (holders < placement.AcceptQuorum.Needed)
                throw new ViolationException($"{key}: chosen ballot {newest} ({state}) is left on {holders} replicas of {authority.Map}");
        }
    }

    /// <summary>The chosen states of a key, in the order of their ballots.</summary>
    public IReadOnlyList<RegisterState> ChosenOf(Key key) => _chosen.TryGetValue(key, out var chosen) ? [.. chosen.Values] : [];

    /// <summary>Some state that was proposed remembers that the operation wrote: it may have been adopted, and its memory forgotten since.</summary>
    public bool TookEffect(Key key, OperationId id) =>
        _proposed.Any(pair => pair.Key.Item1.Equals(key) && pair.Value.Memory.TryFind(id, out var outcome) && outcome.TookEffect && !outcome.IsMerge);

    /// <summary>Some tombstone that was proposed has a later stamp than that: it may have been adopted, though no quorum ever held it by itself.</summary>
    public bool WasDeletedAfter(Key key, WriteStamp stamp) =>
        _proposed.Any(pair => pair.Key.Item1.Equals(key) && pair.Value.IsTombstone && pair.Value.Written > stamp);

    private void Chosen(Key key, Ballot ballot, RegisterState state)
    {
        if (!_chosen.TryGetValue(key, out var chosen))
            _chosen[key] = chosen = [];
        chosen[ballot] = state;

        // Redelivery may complete an older ballot late, so neighbours are looked for on both sides.
        var at = chosen.IndexOfKey(ballot);
        var below = at > 0 ? chosen.Values[at - 1] : null;
        var above = at + 1 < chosen.Count ? chosen.Values[at + 1] : null;
        CheckOrder(key, below, state);
        CheckOrder(key, state, above);
        CheckVersion(key, state);
        foreach (var outcome in state.Memory.Outcomes)
        {
            // A write that two silos accepted without a quorum is two writes, once its outcome may be forgotten.
            if (!_outcomes.TryAdd((key, outcome.Id), outcome) && _outcomes[(key, outcome.Id)] != outcome && !isAccepted(key, outcome.Id))
                throw new ViolationException($"{key}: {outcome.Id} took effect twice: {_outcomes[(key, outcome.Id)]} and {outcome}");
        }
    }

    private static void CheckOrder(Key key, RegisterState? below, RegisterState? above)
    {
        if (below is null || above is null || below.Equals(above))
            return;
        if (above.Version < below.Version || above.Stamp <= below.Stamp)
            throw new ViolationException($"{key}: a later state falls behind an earlier one: {below}, then {above}");
    }

    private void CheckVersion(Key key, RegisterState state)
    {
        ReadOnlyMemory<byte>? value = state.IsTombstone ? null : state.Value;
        if (_versions.TryAdd((key, state.Version), value))
            return;
        var known = _versions[(key, state.Version)];
        if (known.HasValue != value.HasValue || (known.HasValue && !known.Value.Span.SequenceEqual(value!.Value.Span)))
            throw new ViolationException($"{key}: version {state.Version} stands for two values");
    }
}
