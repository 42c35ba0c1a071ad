using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

// The end of deleted keys: see PurgeCandidates for the whole of it.
public sealed partial class SlotRegisters
{
    // Registers that were only promised, as the last search found them.
    private Dictionary<Key, Ballot>? _idlePromises;

    /// <summary>
    /// Up to <paramref name="limit"/> registers that nobody needs any more, in no order: tombstones whose stamp, remembered deadlines and guards all lie before
    /// <paramref name="before"/>, and registers that have been only promised, and the same, since the last search. Empty where there is none.
    /// </summary>
    public PurgeCandidates FindPurgeable(HybridTimestamp before, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, OneSlotRequest.MaxKeys);
        var floor = Floor.None;
        var keys = ImmutableArray.CreateBuilder<KeyAtBallot>();
        var idle = _idlePromises;
        _idlePromises = null;
        if (Tombstones + Promises == 0)
            return new PurgeCandidates(Slot, floor, []);

        foreach (var (key, register) in _registers)
        {
            var isDue = register.State is null ? IsIdle(key, register, idle) : IsForgotten(register.State, before);
            // A corrupt tombstone is repaired first: nobody knows what it remembers.
            if (!isDue || keys.Count == limit || !IsSound(key, register))
                continue;
            keys.Add(new KeyAtBallot(key, register.Accepted));
            floor = Floor.Above(floor, FloorInsteadOf(register));
        }

        return new PurgeCandidates(Slot, floor, keys.ToImmutable());
    }

    /// <summary>
    /// Nobody can ask any more for what the tombstone remembers, or wants to. What was merged into it has lower stamps than its own: a copy that turns up later loses
    /// against the floor.
    /// </summary>
    private static bool IsForgotten(RegisterState state, HybridTimestamp before) =>
        state.IsTombstone && state.Stamp < before && state.Memory.LatestDeadline < before && state.Divergence is not { Conflicts.Length: > 0 };

    // Dropping a promise at once would be safe, but would fail the proposer that is about to use it wherever another purge has raised the floor above it.
    private bool IsIdle(Key key, in Register register, Dictionary<Key, Ballot>? idle)
    {
        (_idlePromises ??= new Dictionary<Key, Ballot>(Key.Comparer))[key] = register.Promised;
        return idle is not null && idle.TryGetValue(key, out var promised) && promised == register.Promised;
    }

    private SlotStep Hold(HoldsRequest request)
    {
        // First the floor, then the answers: an absent register is covered from now on.
        var raised = RaiseFloor(request.Floor);
        var held = ImmutableArray.CreateBuilder<bool>(request.Keys.Length);
        foreach (var (key, accepted) in request.Keys)
            held.Add(_registers.TryGetValue(key, out var register) ? HoldsNothingElse(key, register, accepted) : Floor.Ballot >= accepted);
        return new SlotStep(new HoldsReply(request.Round, held.MoveToImmutable())) { FloorRaised = raised };
    }

    private bool HoldsNothingElse(Key key, in Register register, in Ballot accepted)
    {
        if (register.State is not null)
            return register.State.IsTombstone && register.Accepted == accepted && IsSound(key, register);
        // Only promised. What it goes by is its own promise, not the floor: where that is lower than the tombstone, an older value could still come in.
        return register.Promised >= accepted;
    }

    private SlotStep Purge(ClusterMap map, PurgeRequest request)
    {
        // During a migration "all n replicas" are not all who may hold the key.
        if (!map.IsStable)
            return new SlotStep(new PurgedReply(request.Round, 0));

        var floor = Floor;
        var removed = ImmutableArray.CreateBuilder<Key>();
        foreach (var (key, accepted) in request.Keys)
        {
            // Exactly this ballot, not merely a tombstone: a later one holds outcomes that nobody asked the others about.
            if (!_registers.TryGetValue(key, out var register) || register.Accepted != accepted || Exists(register) > 0 || !IsSound(key, register))
                continue;
            floor = Floor.Above(floor, FloorInsteadOf(register));
            Remove(key);
            removed.Add(key);
        }

        return new SlotStep(new PurgedReply(request.Round, removed.Count)) { FloorRaised = RaiseFloor(floor), Removed = removed.ToImmutable() };
    }

    /// <summary>What stands in for the register once it is gone.</summary>
    private Floor FloorInsteadOf(in Register register)
    {
        if (_faults.HasFlag(Faults.PurgeWithoutFloor))
            return Floor.None;
        // The promise, not the ballot of the tombstone: a proposer that was promised more counts on nothing being accepted below that.
        var ballot = _faults.HasFlag(Faults.PurgeFloorAtTombstoneBallot) ? register.Accepted : register.Promised;
        if (register.State is not { } state)
            return new Floor(ballot, 0, HybridTimestamp.Zero);
        // Strictly above: an operation with exactly this deadline may be one of those remembered, and is too late only before the stamp.
        var latest = HybridTimestamp.Later(state.Stamp, state.Memory.LatestDeadline);
        return new Floor(ballot, state.Version, _faults.HasFlag(Faults.PurgeStampAtDeadline) ? latest : latest.Next());
    }
}
