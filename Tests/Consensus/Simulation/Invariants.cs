using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// What must hold at every moment, seen from above: one ballot, one state; promises and accepted ballots never fall; what is chosen (accepted by w) never
/// changes its mind about versions and outcomes; what was answered was chosen before.
/// </summary>
internal sealed class Invariants(int replicas, int accepts)
{
    private readonly Dictionary<(Key, Ballot), RegisterState> _proposed = [];
    private readonly Dictionary<(Key, Ballot), HashSet<NodeId>> _accepted = [];
    private readonly Dictionary<Key, SortedList<Ballot, RegisterState>> _chosen = [];
    private readonly Dictionary<(Key, OperationId), RememberedOutcome> _outcomes = [];
    private readonly Dictionary<(Key, long), ReadOnlyMemory<byte>?> _versions = [];

    /// <summary>An Accept leaves a proposer.</summary>
    public void Proposed(AcceptRequest accept)
    {
        if (!_proposed.TryAdd((accept.Key, accept.Ballot), accept.State) && !_proposed[(accept.Key, accept.Ballot)].Equals(accept.State))
            throw new ViolationException($"{accept.Key}: ballot {accept.Ballot} carries two states");
    }

    /// <summary>A register becomes durable.</summary>
    public void Saved(NodeId node, Key key, in Register before, in Register after)
    {
        if (after.Promised < before.Promised)
            throw new ViolationException($"{key} on {node.Name}: promise fell from {before.Promised} to {after.Promised}");
        if (after.Accepted < before.Accepted)
            throw new ViolationException($"{key} on {node.Name}: accepted ballot fell from {before.Accepted} to {after.Accepted}");
        if (after.Accepted == before.Accepted || after.State is null)
            return;

        if (!_accepted.TryGetValue((key, after.Accepted), out var nodes))
            _accepted[(key, after.Accepted)] = nodes = new HashSet<NodeId>(replicas);
        if (nodes.Add(node) && nodes.Count == accepts)
            Chosen(key, after.Accepted, after.State);
    }

    /// <summary>A client learns that its operation took effect with that version.</summary>
    public void Acknowledged(Key key, OperationId id, long version)
    {
        if (!_chosen.TryGetValue(key, out var chosen) || chosen.Values[^1].Version < version)
            throw new ViolationException($"{key}: {id} was acknowledged at version {version}, which no quorum had accepted");
    }

    /// <summary>At the end the newest accepted state of some quorum is at least the newest chosen one: nothing acknowledged is lost.</summary>
    public void CheckSettled(IEnumerable<SimulatedReplica> all, IEnumerable<Key> keys)
    {
        foreach (var key in keys)
        {
            if (!_chosen.TryGetValue(key, out var chosen))
                continue;
            var newest = chosen.Keys[^1];
            var holders = all.Count(replica => replica.Disk.TryGetValue(key, out var register) && register.Accepted >= newest);
            if (holders < accepts)
                throw new ViolationException($"{key}: chosen ballot {newest} is left on {holders} replicas only");
        }
    }

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
            if (!_outcomes.TryAdd((key, outcome.Id), outcome) && _outcomes[(key, outcome.Id)] != outcome)
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
