namespace Orleans.Kv.Consensus;

/// <summary>
/// Applies a round's operations, in order, to the state that a proposer adopted: one new state, one outcome per operation. Here live the rules
/// of exactly-once. Reused from round to round; holds nothing between them.
/// <para>
/// Outcomes and changes are those of the new state <em>if it is committed</em>. An operation that was refused for want of room is the exception: it is no part of the
/// new state, and the proposer answers it without waiting.
/// </para>
/// </summary>
internal sealed partial class Transition(ProposerOptions options, Faults faults)
{
    private readonly MemoryKeeper _memory = new();
    private RegisterState? _adopted;
    private RegisterState? _snapshot;
    private HybridTimestamp _adoptedStamp;
    private HybridTimestamp _stamp;
    private long _floorVersion;
    private int _room;
    private bool _changed;
    private List<KeyChange>? _changes;
    private long _versionBefore;

    // The value as it stands after the operations applied so far.
    private bool _exists;
    private ReadOnlyMemory<byte> _value;
    private string? _contentType;
    private long _version;
    private HybridTimestamp _modified;
    private HybridTimestamp _expiry;
    private bool _lapsed;
    private Divergence? _divergence;

    /// <param name="adopted">The state to go on from.</param>
    /// <param name="floor">The highest of the floors that were promised with it.</param>
    /// <param name="batch">The operations, in order.</param>
    /// <param name="now">The time by this node's clock.</param>
    /// <param name="changes">Where to add every version that is made, without its stamp; null for nowhere.</param>
    public RegisterState Apply(RegisterState? adopted, in Floor floor, List<PendingOperation> batch, HybridTimestamp now, List<KeyChange>? changes = null)
    {
        _changes = changes;
        Begin(adopted, floor, batch, now);
        foreach (var pending in batch)
        {
            if (!pending.Answered && !pending.Settles)
                pending.Outcome = Apply(pending);
        }

        var state = Finish();
        _adopted = null;
        _snapshot = null;
        _value = default;
        _divergence = null;
        _changes = null;
        return state;
    }

    private void Begin(RegisterState? adopted, in Floor floor, List<PendingOperation> batch, HybridTimestamp now)
    {
        _adopted = adopted;
        _snapshot = adopted is { IsTombstone: false } ? adopted : null;
        _changed = false;
        _exists = adopted is { IsTombstone: false };
        _value = _exists ? adopted!.Value : default;
        _contentType = _exists ? adopted!.ContentType : null;
        _expiry = _exists ? adopted!.Expiry : HybridTimestamp.Zero;
        // An absent key may have been purged: the floor's stamp is above those of all its writes, so that a merge that comes a second time finds itself older.
        _modified = adopted?.Modified ?? floor.Stamp;
        _lapsed = adopted?.IsLapsed ?? true;
        _divergence = adopted?.Divergence;
        // What is written starts above the floors, or the versions of purged keys would repeat and their deadlines would count as open. A value that is only read or
        // moved keeps its version: the floor may be that of other keys of the slot, and "if version" must not fail for a change that never was.
        _version = adopted?.Version ?? floor.Version;
        _floorVersion = floor.Version;
        _versionBefore = adopted?.Version ?? 0;
        _adoptedStamp = HybridTimestamp.Later(adopted?.Stamp ?? HybridTimestamp.Zero, floor.Stamp);
        _stamp = HybridTimestamp.Later(now, _adoptedStamp.Next());

        _memory.Begin(adopted?.Memory ?? OperationMemory.Empty, batch);
        var count = (adopted?.Memory.Count ?? 0) + (2 * batch.Count);
        _room = options.MaxRemembered - (count <= options.MaxRemembered ? 0 : _memory.CountSurvivors(_stamp));

        // Expiry is a committed tombstone: the operations below act on it, and its version stays used up for ever.
        if (_exists && adopted!.IsDue(HybridTimestamp.Later(now, _adoptedStamp)))
            Lapse();
    }

    private Outcome Apply(PendingOperation pending)
    {
        var operation = pending.Operation;
        if (operation.IsRead)
            return _exists ? new Outcome.Found(Snapshot()) : Absence();
        if (operation.Merge is { } write)
            return Merge(write, pending);

        // Rule 1. Before all others: a remembered outcome is a fact, whatever marks and deadlines say.
        if (_memory.TryRecall(operation.Id, out var remembered))
            return Recalled(remembered, pending);

        // Rule 2. Its origin says it is answered, and its outcome may be forgotten for that reason: applying it could be the second time.
        if (_memory.IsGhost(operation.Id) && !faults.HasFlag(Faults.IgnoreMarks))
            return new Outcome.Unknown(GivenUp.Ghost);

        // Rule 3. An outcome with this deadline may be forgotten in the adopted state. The comparison is with the adopted stamp, as that is what
        // forgetting went by; the new state's own stamp has forgotten nothing yet.
        if (operation.Deadline < _adoptedStamp && !faults.HasFlag(Faults.IgnoreDeadlines))
            return new Outcome.TooLate(_adoptedStamp, NeverProposed: !pending.Proposed);

        // The bound. A memory is never dropped to make room: the operation is refused instead, and nothing of it enters the state.
        if (_room <= 0)
            return pending.Abandoned(GivenUp.Overloaded);

        // Rule 4.
        _room--;
        _changed = true;
        pending.Proposed = true;
        return Execute(operation);
    }

    private Outcome Execute(Operation operation)
    {
        var existing = _exists ? _version : 0;
        if (!_exists && (operation.Kind is OperationKind.Update or OperationKind.Delete or OperationKind.Touch))
            return Remember(operation, OutcomeCode.NotFound, 0);
        if ((operation.IfVersion is { } expected && expected != existing) || (operation.IfAbsent && _exists))
            return Remember(operation, OutcomeCode.ConditionFailed, existing);

        switch (operation.Kind)
        {
            case OperationKind.Store:
                var created = !_exists;
                Put(operation);
                return Remember(operation, created ? OutcomeCode.Created : OutcomeCode.Replaced, _version);
            case OperationKind.Update:
                Put(operation);
                return Remember(operation, OutcomeCode.Updated, _version);
            case OperationKind.Delete:
                Remove();
                return Remember(operation, OutcomeCode.Deleted, _version);
            case OperationKind.TestAndSet:
                if (!IsExpected(operation))
                    return Remember(operation, OutcomeCode.NotSwapped, existing);
                Put(operation);
                return Remember(operation, existing == 0 ? OutcomeCode.SwappedIntoNothing : OutcomeCode.Swapped, _version);
            case OperationKind.Touch:
                Touch(operation);
                return Remember(operation, OutcomeCode.Touched, _version);
            case OperationKind.Resolve:
                return Remember(operation, Resolve(operation.Conflict) ? OutcomeCode.Resolved : OutcomeCode.NothingToResolve, 0);
            default:
                throw new ArgumentException($"unknown operation {operation.Kind}", nameof(operation));
        }
    }

    private bool IsExpected(Operation operation) => operation.Expect is { } expected
        ? _exists && ValueComparison.AreEqual(_value, _contentType, expected, operation.ExpectContentType)
        : !_exists;

    private void Put(Operation operation)
    {
        _exists = true;
        _value = operation.Value;
        _contentType = operation.ContentType;
        _expiry = ExpiryOf(operation);
        Changed();
    }

    /// <summary>
    /// Nobody wrote a value: the last write is still the one that set it, as with a value that runs out, and a pending write that had seen it has seen what is touched. But
    /// readers see another expiry, and what they see is named by the version.
    /// </summary>
    private void Touch(Operation operation)
    {
        _expiry = ExpiryOf(operation);
        var version = _version;
        NextVersion();
        if (faults.HasFlag(Faults.TouchKeepsVersion))
            _version = version;
        Record();
    }

    private HybridTimestamp ExpiryOf(Operation operation) => operation.TimeToLive > TimeSpan.Zero ? _stamp.Plus(operation.TimeToLive) : HybridTimestamp.Zero;

    private void Remove()
    {
        Clear();
        Changed();
    }

    /// <summary>The value ran out. Nobody wrote that: the last write is still the one that set it.</summary>
    private void Lapse()
    {
        Clear();
        NextVersion();
        _lapsed = true;
        Record();
    }

    private void Clear()
    {
        _exists = false;
        _value = default;
        _contentType = null;
        _expiry = HybridTimestamp.Zero;
    }

    private void Changed()
    {
        NextVersion();
        _modified = _stamp;
        _lapsed = false;
        if (_divergence is not null)
            _divergence = WrittenBy("");
        Record();
    }

    private void NextVersion()
    {
        _version = checked(Math.Max(_version, _floorVersion) + 1);
        _snapshot = null;
        _changed = true;
    }

    /// <summary>The version that stands now, complete.</summary>
    private void Record()
    {
        _changes?.Add(new KeyChange
        {
            Version = _version,
            Previous = _versionBefore,
            IsTombstone = !_exists,
            IsLapsed = !_exists && _lapsed,
            Value = _value,
            ContentType = _contentType,
            Modified = _modified,
            Expiry = _expiry,
        });
        _versionBefore = _version;
    }

    private Outcome.NotFound Absence() =>
        _version == 0 ? Outcome.NotFound.Instance : new Outcome.NotFound { Version = _version, IsLapsed = _lapsed, Modified = _modified };

    // Failed conditions and deletes of nothing are remembered like anything else: a late twin of an answered test-and-set must not succeed.
    private Outcome Remember(Operation operation, OutcomeCode code, long version)
    {
        var outcome = new RememberedOutcome(operation.Id, operation.Deadline, code, version);
        if (code != OutcomeCode.NotSwapped || !faults.HasFlag(Faults.ForgetFailedTestAndSet))
            _memory.Remember(outcome);
        return ToOutcome(outcome);
    }

    private Outcome Recalled(in RememberedOutcome remembered, PendingOperation pending)
    {
        // The new state holds its effect, so an Accept of it carries the operation even if this proposer never applied it.
        pending.Proposed = true;
        return ToOutcome(remembered);
    }

    private Outcome ToOutcome(in RememberedOutcome outcome) => outcome.Code switch
    {
        OutcomeCode.Created => new Outcome.Stored(outcome.Version, Created: true),
        OutcomeCode.Replaced => new Outcome.Stored(outcome.Version, Created: false),
        OutcomeCode.Updated => new Outcome.Updated(outcome.Version),
        OutcomeCode.Deleted => new Outcome.Deleted(outcome.Version),
        OutcomeCode.Touched => new Outcome.Touched(outcome.Version),
        OutcomeCode.SwappedIntoNothing => new Outcome.Swapped(outcome.Version, Created: true),
        OutcomeCode.Swapped => new Outcome.Swapped(outcome.Version, Created: false),
        OutcomeCode.NotSwapped => new Outcome.NotSwapped(
            outcome.Version, outcome.Version != 0 && _exists && outcome.Version == _version ? Snapshot() : null),
        OutcomeCode.NotFound => Outcome.NotFound.Instance,
        OutcomeCode.ConditionFailed => new Outcome.ConditionFailed(outcome.Version),
        OutcomeCode.MergeWon => new Outcome.Merged(outcome.Version, Won: true, AlreadyDone: true),
        OutcomeCode.MergeLost => new Outcome.Merged(0, Won: false, AlreadyDone: true),
        OutcomeCode.Resolved => new Outcome.Resolved(WasListed: true),
        OutcomeCode.NothingToResolve => new Outcome.Resolved(WasListed: false),
        _ => throw new InvariantViolationException($"a state remembers an outcome of unknown kind {(int)outcome.Code}"),
    };

    // What a caller sees of the value half-way through a round. It carries no memory: callers have no use for it.
    private RegisterState Snapshot() => _snapshot ??= new RegisterState(
        isTombstone: false, _value, _contentType, _version, _modified, _expiry, _stamp, OperationMemory.Empty, _divergence);

    private RegisterState Finish()
    {
        // Nothing changed: the adopted state itself goes out again under the new ballot. Its stamp stays, since it forgets nothing.
        if (!_changed && _adopted is not null)
            return _adopted;

        if (!_changed && faults.HasFlag(Faults.AcceptNothing))
            return RegisterState.FloorTombstone(0, HybridTimestamp.Zero, HybridTimestamp.Zero, OperationMemory.Empty);

        // An absent key that must be written back becomes a tombstone that carries the floors: nobody ever accepts "nothing".
        var memory = _memory.Finish(_stamp);
        return new RegisterState(!_exists, _value, _contentType, _version, _modified, _expiry, _stamp, memory, _divergence, !_exists && _lapsed);
    }
}
