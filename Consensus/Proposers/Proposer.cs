namespace Orleans.Kv.Consensus;

/// <summary>
/// The proposer of one key: it turns the operations submitted to it into rounds of messages, and the replies into answers. Any number of proposers may work on
/// one key at once, on any silos; ballots keep them safe, and pauses of random length get them out of each other's way.
/// <para>
/// One round at a time; what arrives meanwhile forms the next round together. A round is one of three:
/// reads alone (<c>Read</c> of w nodes, which must all name the same accepted ballot);
/// the short write (<c>Accept</c> under the ballot that the last Accept had promised, while nobody interfered);
/// the full round (<c>Prepare</c>, adopt, apply, <c>Accept</c>).
/// A ballot carries one state for ever: after anything but a won quorum it is dead, and the next one is higher.
/// </para>
/// <para>It has no thread, clock, randomness or connection of its own. The duties of its shell:</para>
/// <list type="number">
/// <item>Call it from one thread at a time. Give each instance a <see cref="ProposerId"/> that no other instance ever had, and a seed of its own.</item>
/// <item>After every call drain <see cref="Effects"/>: send each <see cref="Send"/>, tell each <see cref="KeyChange"/> to who watches, give each <see cref="Answer"/>, then clear. The changes before
/// the answers, so that who follows a key hears of all that is answered afterwards; else in any order. Nothing has to be saved first, as a proposer keeps nothing that must survive it.</item>
/// <item>After every call look at <see cref="WakeAt"/> and see that <see cref="Tick"/> is called then, or a little later. A shell with many proposers had better have one timer
/// for all of them.</item>
/// <item>Bring each reply to <see cref="Receive"/>, from whichever node and round, however late or often; this sorts them out. For requests that will have no reply (refused
/// connection, node declared dead) call <see cref="Fail"/> at once. Silence needs no call.</item>
/// <item>An Accept that a replica did not acknowledge belongs into the pending set for that node, to be replayed; the proposer does not remember it.</item>
/// <item>A reply with a newer map (<see cref="StaleEpochReply"/>) is taken in by <see cref="Receive"/>; the shell looks at <see cref="Map"/> afterwards and tells others. A newer map
/// from elsewhere goes to <see cref="ChangeMap"/>.</item>
/// <item>Bytes in operations and replies are handed over: nobody writes to them afterwards.</item>
/// <item>A proposer may be dropped at any time. What it has not answered is unknown to the callers; <see cref="Close"/> answers it as exactly as can be.</item>
/// <item>On <see cref="InvariantViolationException"/>, stop the node.</item>
/// </list>
/// </summary>
public sealed partial class Proposer
{
    // The doubling of the pause stops here by itself; the options' maximum ends it earlier.
    private const int MaxDoublings = 16;

    private readonly ProposerOptions _options;
    private readonly Faults _faults;
    private readonly NodeId _self;
    private readonly Transition _transition;
    private readonly List<PendingOperation> _queue = [];
    private readonly List<PendingOperation> _batch = [];
    private Jitter _jitter;
    private Placement _placement;

    // The round under way. Its number is in every request and reply, so that no reply of another round, phase or ballot can count in this one.
    private Phase _phase;
    private long _round;
    private Ballot _ballot;
    private Votes _votes;
    private long _phaseBeganAt;
    private long _phaseEndsAt = Moment.Never;
    private long _hedgeAt = Moment.Never;
    private Ballot _adoptedBallot;
    private RegisterState? _adopted;
    private Floor _floor;
    private RegisterState? _proposed;
    private bool _readsDiffer;

    // What outlives a round.
    private long _number;
    private int _losses;
    private bool _mustPropose;
    private ulong _suspects;
    private long _lastAcceptRound = -1;
    private long _earliestGiveUp = Moment.Never;

    // The last state known to be committed, and the ballot promised with it: w nodes promised the lease at the moment when they accepted the known state, so they
    // have answered its Prepare in advance.
    private Ballot _known;
    private RegisterState? _knownState;
    private Ballot _lease;

    /// <param name="key">The key.</param>
    /// <param name="id">Never used by any other instance, before or after a restart.</param>
    /// <param name="map">The newest known map.</param>
    /// <param name="self">The node this proposer lives on: asked first where it is a replica. Any other value is as good.</param>
    /// <param name="options">Validated by the caller.</param>
    /// <param name="seed">Seeds the random pauses; different for every instance.</param>
    public Proposer(Key key, ProposerId id, ClusterMap map, NodeId self, ProposerOptions options, ulong seed)
        : this(key, id, map, self, options, seed, Faults.None)
    {
    }

    internal Proposer(Key key, ProposerId id, ClusterMap map, NodeId self, ProposerOptions options, ulong seed, Faults faults)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(options);
        Key = key;
        Id = id;
        Map = map;
        _self = self;
        _options = options;
        _faults = faults;
        _jitter = new Jitter(seed);
        _transition = new Transition(options, faults);
        _placement = map[key];
    }

    public Key Key { get; }

    public ProposerId Id { get; }

    public ClusterMap Map { get; private set; }

    /// <summary>What is to be sent and answered. Drain and clear it after every call.</summary>
    public ProposerEffects Effects { get; } = new();

    /// <summary>No operation is waiting and no round is under way: the proposer may be dropped without loss.</summary>
    public bool IsIdle => _phase is Phase.Idle or Phase.Closed;

    /// <summary>When <see cref="Tick"/> must be called, in <see cref="Moment.Ticks"/>; <see cref="Moment.Never"/> while idle.</summary>
    public long WakeAt => IsIdle ? Moment.Never : Math.Min(Math.Min(_phaseEndsAt, _hedgeAt), _earliestGiveUp);

    /// <summary>The ballot of the last state that this proposer knows to be committed; zero for none.</summary>
    public Ballot KnownBallot => _known;

    /// <summary>The last state that this proposer knows to be committed, for caches and read-outs; null for none.</summary>
    public RegisterState? KnownState => _knownState;

    /// <summary>
    /// Takes an operation on. It is answered exactly once, by <paramref name="giveUpAt"/> (in ticks) at the latest if <see cref="Tick"/> is called: the
    /// caller's patience, which may differ between retries, where the operation's own deadline may not.
    /// </summary>
    /// <exception cref="ArgumentException">The operation contradicts itself.</exception>
    public void Submit(Operation operation, object? ticket, long giveUpAt, in Moment now)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (operation.Mark > operation.Id.Number)
            throw new ArgumentException("an operation cannot be numbered below its own mark", nameof(operation));
        if (operation.Value.Length > RegisterState.MaxValueBytes)
            throw new ArgumentException($"a value has at most {RegisterState.MaxValueBytes} bytes", nameof(operation));

        if ((operation.Kind == OperationKind.Merge) != (operation.Merge is not null) || (operation.Merge is { } write && !write.Key.Equals(Key)))
            throw new ArgumentException("a merge merges a pending write to this key, and nothing else does", nameof(operation));
        operation.Merge?.Validate();

        Take(new PendingOperation(operation, ticket, giveUpAt), now);
    }

    /// <summary>
    /// Brings the key's newest state, whatever it is, into the newest generation: a full round without an operation. For those who move, replay and repair. The answer
    /// is <see cref="Outcome.Settled"/>, or <see cref="Outcome.NotDone"/>: then nothing is known, and asking again is always safe.
    /// <para>
    /// Why <see cref="Outcome.Settled"/> may be believed. Its state was accepted by w nodes of the newest generation, after r nodes of every generation had promised
    /// the ballot: whatever was committed before is in it. Where none of those nodes had accepted anything, nothing was committed before that promise, in any
    /// generation, and what comes after it is accepted in the newest one: there is nothing to bring, and nobody ever accepts "nothing".
    /// </para>
    /// </summary>
    public void Settle(object? ticket, long giveUpAt, in Moment now) => Take(new PendingOperation(PendingOperation.Settlement, ticket, giveUpAt), now);

    private void Take(PendingOperation pending, in Moment now)
    {
        if (_phase == Phase.Closed)
            Reply(pending, pending.Abandoned(GivenUp.Closed));
        else if (pending.GiveUpAt <= now.Ticks)
            Reply(pending, pending.Abandoned(GivenUp.TimedOut));
        else if (_queue.Count + _batch.Count >= _options.MaxQueued)
            Reply(pending, pending.Abandoned(GivenUp.Overloaded));
        else
        {
            _queue.Add(pending);
            _earliestGiveUp = Math.Min(_earliestGiveUp, pending.GiveUpAt);
            if (_phase == Phase.Idle)
                StartRound(now);
        }
    }

    /// <summary>Takes a reply in. Replies of other rounds, phases or ballots, repeated ones, and those of nodes without a say are ignored.</summary>
    public void Receive(NodeId node, Reply reply, in Moment now)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (_phase == Phase.Closed)
            return;
        if (reply is StaleEpochReply stale)
        {
            ChangeMap(stale.Map, now);
            return;
        }

        var index = _placement.IndexOf(node);
        if (index < 0)
            return;
        _suspects &= ~(1UL << index);
        if (reply is RefusedReply refusal)
            NoticeRefusal(refusal);
        if (reply.Round != _round)
            return;

        switch (reply)
        {
            case AcceptedReply accepted when _phase == Phase.Accepting && accepted.Ballot == _ballot:
                OnAccepted(index, now);
                break;
            case ReadReply read when _phase == Phase.Reading:
                OnRead(index, read, now);
                break;
            case PromisedReply promised when _phase == Phase.Preparing && promised.Ballot == _ballot:
                OnPromised(index, promised, now);
                break;
            case RefusedReply refused when _phase is Phase.Preparing or Phase.Accepting && refused.Ballot == _ballot:
                OnRefused(index, now);
                break;
        }
    }

    /// <summary>The transport says that no answer to that round's request will come from the node. Carries no ballot, and is not a refusal.</summary>
    public void Fail(NodeId node, long round, in Moment now)
    {
        var index = _placement.IndexOf(node);
        if (index < 0)
            return;
        // Of any round: a node that cannot be reached is asked last from now on, until it is heard of again.
        _suspects |= 1UL << index;
        if (round != _round || _phase is not (Phase.Reading or Phase.Preparing or Phase.Accepting) || !_votes.TryFail(index))
            return;
        if (_phase == Phase.Reading)
            ContinueReading(now);
        else
            Judge(now);
    }

    /// <summary>Lets time pass: gives up what its callers no longer wait for, ends rounds that take too long, and pauses that are over.</summary>
    public void Tick(in Moment now)
    {
        if (IsIdle)
            return;
        if (now.Ticks >= _earliestGiveUp)
            GiveUpOverdue(now);
        if (now.Ticks >= _hedgeAt)
            StopWaitingForTheSlow(now);

        if (now.Ticks < _phaseEndsAt)
            return;
        switch (_phase)
        {
            case Phase.Pausing:
                StartRound(now);
                break;
            case Phase.Reading:
                _suspects |= _votes.Outstanding;
                _mustPropose = true;
                StartRound(now);
                break;
            case Phase.Preparing or Phase.Accepting:
                _suspects |= _votes.Outstanding;
                LoseBallot(now);
                break;
        }
    }

    /// <summary>Takes a newer map; older ones are ignored. The round under way is void: its ballot names the old epoch.</summary>
    public void ChangeMap(ClusterMap map, in Moment now)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Epoch <= Map.Epoch)
            return;
        Map = map;
        _placement = map[Key];
        _suspects = 0;
        // The lease was promised by the old map's nodes to an old epoch's ballot. What was known may, after an operator's recovery, not be the truth any more.
        _lease = Ballot.Zero;
        _known = Ballot.Zero;
        _knownState = null;
        if (_phase is Phase.Reading or Phase.Preparing or Phase.Accepting)
            StartRound(now);
    }

    /// <summary>Answers all that waits, as not done or unknown. Nothing is sent or taken on afterwards.</summary>
    public void Close()
    {
        AbandonAll(_batch, GivenUp.Closed);
        AbandonAll(_queue, GivenUp.Closed);
        _phase = Phase.Closed;
        _knownState = null;
    }

    private void StartRound(in Moment now)
    {
        // What a lost round left comes first; what was answered meanwhile (given up) leaves here.
        _batch.RemoveAll(static pending => pending.Answered);
        _batch.AddRange(_queue);
        _queue.Clear();
        if (_batch.Count == 0)
        {
            Rest();
            return;
        }

        // Reads are a shortcut for stable maps only: during a migration a committed state may lie in an older generation alone.
        if (!_mustPropose && _placement.IsStable && OnlyReads())
            StartReading(now);
        else if (!_lease.IsZero && _placement.AcceptQuorum.Count(0, _suspects) != Tally.Lost)
            Propose(_lease, _known, _knownState, Floor.None, now);
        else
            StartPreparing(now);
    }

    private void StopWaitingForTheSlow(in Moment now)
    {
        // They are asked last from now on, until they are heard of.
        _hedgeAt = Moment.Never;
        _suspects |= _votes.Outstanding;
        if (_phase == Phase.Reading)
            AskToRead(_placement.ReplicaCount);
        else if (_phase is Phase.Preparing or Phase.Accepting)
            Judge(now);
    }

    /// <param name="phase">Which.</param>
    /// <param name="moved">The state that this phase moves, or may have to, where it is known.</param>
    /// <param name="now">The present.</param>
    private void BeginPhase(Phase phase, RegisterState? moved, in Moment now)
    {
        _phase = phase;
        _round++;
        _votes = default;
        _phaseBeganAt = now.Ticks;
        _phaseEndsAt = now.Ticks + _options.RoundTimeoutMilliseconds + ((moved?.Bytes ?? 0) * _options.RoundTimeoutPerMebibyteMilliseconds >> 20);
        _hedgeAt = Moment.Never;
    }

    private void Rest()
    {
        _phase = Phase.Idle;
        _mustPropose = false;
        _phaseEndsAt = _hedgeAt = _earliestGiveUp = Moment.Never;
        _adopted = null;
        _proposed = null;
        _changes?.Clear();
    }

    private bool OnlyReads()
    {
        foreach (var pending in _batch)
        {
            if (!pending.Operation.IsRead || pending.Settles)
                return false;
        }

        return true;
    }

    private void Reply(PendingOperation pending, Outcome outcome)
    {
        if (pending.Answered)
            return;
        pending.Answered = true;
        Effects.Add(new Answer(pending.Ticket, pending.Operation, outcome));
        // The batch is emptied by the next StartRound; a finished operation is not kept alive by what it came to.
        pending.Outcome = null;
    }

    private void AbandonAll(List<PendingOperation> operations, GivenUp reason)
    {
        foreach (var pending in operations)
            Reply(pending, pending.Abandoned(reason));
        operations.Clear();
    }

    private void GiveUpOverdue(in Moment now)
    {
        _earliestGiveUp = Math.Min(GiveUpOverdue(_queue, now), GiveUpOverdue(_batch, now));
        _queue.RemoveAll(static pending => pending.Answered);
        // An Accept under way keeps going for those whose answers are given: it may commit, and then it is the newest state. A Prepare or a read for nobody need not.
        if (_phase == Phase.Accepting)
            return;
        _batch.RemoveAll(static pending => pending.Answered);
        if (_batch.Count == 0 && _queue.Count == 0)
            Rest();
    }

    private long GiveUpOverdue(List<PendingOperation> operations, in Moment now)
    {
        var earliest = Moment.Never;
        foreach (var pending in operations)
        {
            if (pending.Answered)
                continue;
            if (pending.GiveUpAt <= now.Ticks)
                Reply(pending, pending.Abandoned(GivenUp.TimedOut));
            else
                earliest = Math.Min(earliest, pending.GiveUpAt);
        }

        return earliest;
    }
}
