using System.Collections.Immutable;
using System.Numerics;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Brings one slot into the newest generation of an unstable map. It lists the slot on the nodes of every older generation, hands out the keys that the newest one
/// lacks, and raises the floors there.
/// <para>
/// Why the slot may be left to the newest generation afterwards. A node that answers a <see cref="ListRequest"/> of epoch e has that epoch's map: from then on it refuses everything
/// that older epochs say about the slot. The answers of r nodes of an older generation are its seal: with r + w &gt; n no proposer of an older epoch ever completes
/// an Accept there again, and what was completed before lies on one of these r, hence in their listings. Proposers of epoch e themselves accept in the newest generation, after
/// promises of every one; what they commit needs no moving. So every key that was ever committed is in the listings, under its newest committed ballot or a higher one. A key that
/// only half of an operation left behind is moved like any other. Keys which no list names were never committed.
/// </para>
/// <para>
/// Two ways lead there. A key can be settled (<see cref="Proposer.Settle"/>), which always works: what it commits has a ballot of epoch e, above all that older epochs have left
/// anywhere. Or, where the highest listed ballot b is known to be committed, the accepted state of ballot b or higher is redelivered, as it stands, to those of the newest replicas
/// that do not list b: an Accept that its own proposer has sent, only to more nodes. That is one message per missing copy where settling is two round trips to everyone. Why it is safe: b
/// is listed by w nodes of the oldest generation, where every proposer of every epoch since has prepared, so whatever has a higher ballot anywhere grew from b. And those who propose
/// under epoch e meanwhile need w promises of the newest generation; any w nodes that hold b have one of these among them, which either accepted b before it promised, and the
/// proposer adopts b, or promised before, and refuses b. A refusal ends this way: the key must be settled. What a node listed stays true, as its accepted ballot never falls.
/// </para>
/// <para>
/// Why b must be committed. Let x be accepted by one node of {a b c}, and y, higher and ignorant of x, by another, each having prepared without the other's node. There, x can never be
/// chosen any more: those who promised y refuse it. But two new replicas have promised nothing. Redelivered to them, x would be held by a quorum of the newest generation and be
/// read as committed, until somebody meets y on the third replica and adopts that. (The simulator found it.) So the listings go on for a moment after the seal where that
/// may still show that a ballot is committed; where it does not, the key is settled.
/// </para>
/// <para>
/// The floors come last, when every key is settled: an absent register counts as promised at the floor and would refuse what is redelivered to it. Nothing is purged under an
/// unstable map, so the listed floors do not rise meanwhile; and until the older generations leave the map, every Prepare asks r nodes of each for theirs. Without floors in
/// the newest generation a version would repeat, and a retry could be applied twice, as soon as the map is stable.
/// </para>
/// <para>
/// Duties of the shell, beside those of <see cref="Proposer"/>, which hold here too (one thread, time from outside, sends drained after each call):
/// begin with <see cref="Tick"/>; bring replies to <see cref="Receive"/> and failures to <see cref="Fail"/>; take keys with <see cref="TryTakeKey"/>, as many at a time as it likes, and
/// report each by <see cref="Settled"/>; give the whole thing up as soon as it knows a newer map (<see cref="NewerMap"/>): a migration counts under its own epoch alone. And on
/// the other side: a listing is computed from registers that are saved, like any reply. Whoever leads may forget all of this at any moment, and begin again.
/// </para>
/// </summary>
public sealed class SlotMigration
{
    private readonly SlotMigrationOptions _options;
    private readonly Faults _faults;
    private readonly Placement _placement;
    private readonly ulong _newest;
    private readonly Conversation[] _talks;
    private readonly Queue<SlotSend> _sends = [];
    private readonly SlotInventory _inventory;
    private readonly Quorum _commit;
    private ulong _listed;
    private ulong _raised;
    private Floor _floor;
    private long _round;
    private long _closesAt = Moment.Never;
    private MigrationStep _step;

    /// <param name="map">An unstable map; the migration is one of its epoch.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="options">Validated by the caller.</param>
    public SlotMigration(ClusterMap map, Slot slot, SlotMigrationOptions options)
        : this(map, slot, options, Faults.None)
    {
    }

    internal SlotMigration(ClusterMap map, Slot slot, SlotMigrationOptions options, Faults faults)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(options);
        Map = map;
        Slot = slot;
        _options = options;
        _faults = faults;
        _placement = map[slot];
        _newest = _placement.AcceptQuorum.Members;
        _talks = new Conversation[_placement.Nodes.Length];
        var oldest = map.Generations[0];
        _commit = new Quorum(_placement.OlderQuorums.IsEmpty ? _newest : _placement.OlderQuorums[^1].Members, QuorumSizes.For(oldest.ReplicaSet(slot).Length, oldest.WriteQuorum).Accept);
        _inventory = new SlotInventory(_placement, _commit);
        foreach (var quorum in _placement.OlderQuorums)
        {
            for (var members = quorum.Members; members != 0; members &= members - 1)
                _talks[BitOperations.TrailingZeroCount(members)].IsWanted = true;
        }

        Advance(0);
    }

    public ClusterMap Map { get; }

    public Slot Slot { get; }

    /// <summary>What it is at.</summary>
    public MigrationStep Step => _step;

    public bool IsDone => _step == MigrationStep.Done;

    /// <summary>A node has answered with a newer map: this migration has no meaning any more, and asks nobody anything.</summary>
    public ClusterMap? NewerMap { get; private set; }

    /// <summary>How many keys had to be brought into the newest generation, and how many of these are there.</summary>
    public int KeysToMove => _inventory.Total;

    /// <inheritdoc cref="KeysToMove"/>
    public int KeysMoved => _inventory.Moved;

    /// <summary>When <see cref="Tick"/> must be called, in <see cref="Moment.Ticks"/>; <see cref="Moment.Never"/> where only keys are waited for that are handed out.</summary>
    public long WakeAt
    {
        get
        {
            if (IsDone || NewerMap is not null)
                return Moment.Never;
            var wakeAt = Math.Min(_inventory.WakeAt, _closesAt);
            foreach (ref readonly var talk in _talks.AsSpan())
            {
                if (talk.IsWanted)
                    wakeAt = Math.Min(wakeAt, talk.DueAt);
            }

            return wakeAt;
        }
    }

    /// <summary>
    /// A slot has to be migrated only where the generations differ in its replica set or in its write quorum. Elsewhere what was committed under any of them was
    /// accepted by w nodes of the very set that the newest one asks, so there is nothing to bring, and ballots alone order what proposers of different epochs do there.
    /// </summary>
    public static bool IsNeeded(ClusterMap map, Slot slot)
    {
        ArgumentNullException.ThrowIfNull(map);
        var newest = map.Newest.ReplicaSet(slot);
        for (var i = 0; i < map.Generations.Length - 1; i++)
        {
            var older = map.Generations[i];
            var set = older.ReplicaSet(slot);
            if (older.WriteQuorum != map.WriteQuorum || set.Length != newest.Length || set.Any(node => !newest.Contains(node)))
                return true;
        }

        return false;
    }

    /// <summary>The next request to send, if there is one.</summary>
    public bool TryTakeSend(out SlotSend send) => _sends.TryDequeue(out send);

    /// <summary>The next key to bring over, if there is one now; <see cref="Settled"/> says what became of it.</summary>
    public bool TryTakeKey(out MigratingKey key)
    {
        key = default;
        return _step == MigrationStep.Moving && NewerMap is null && _inventory.TryTake(out key);
    }

    /// <summary>What became of a key that was handed out.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isSettled">
    /// It was settled (<see cref="Outcome.Settled"/>) under this epoch or a later one, or <see cref="MigratingKey.AcksNeeded"/> of the nodes that lacked it have acknowledged the redelivery.
    /// </param>
    /// <param name="now">The time.</param>
    public void Settled(Key key, bool isSettled, in Moment now)
    {
        ArgumentNullException.ThrowIfNull(key);
        _inventory.Settled(key, isSettled, now.Ticks + _options.RetryMilliseconds);
        Advance(now.Ticks);
    }

    /// <summary>Takes a reply in; repeated ones, and those to requests that were given up, are ignored.</summary>
    public void Receive(NodeId node, SlotReply reply, in Moment now)
    {
        ArgumentNullException.ThrowIfNull(reply);
        var index = _placement.IndexOf(node);
        if (index < 0 || IsDone || NewerMap is not null)
            return;
        if (reply is StaleSlotReply stale)
        {
            if (stale.Map.Epoch > Map.Epoch)
                Abandon(stale.Map);
            return;
        }

        if (reply.Round != _talks[index].Round || !_talks[index].IsAsked)
            return;
        _talks[index].IsAsked = false;
        switch (reply)
        {
            case ListedReply listed when _step == MigrationStep.Sealing:
                OnListed(index, listed, now);
                break;
            case FloorReply when _step == MigrationStep.RaisingFloors:
                _talks[index].IsWanted = false;
                _raised |= 1UL << index;
                Advance(now.Ticks);
                break;
        }
    }

    /// <summary>The transport says that no answer to that round's request will come. It is asked again after a pause.</summary>
    public void Fail(NodeId node, long round, in Moment now)
    {
        var index = _placement.IndexOf(node);
        if (index < 0 || !_talks[index].IsAsked || _talks[index].Round != round)
            return;
        _talks[index].IsAsked = false;
        _talks[index].DueAt = now.Ticks + _options.RetryMilliseconds;
        Advance(now.Ticks);
    }

    /// <summary>Lets time pass: asks who has to be asked, and asks anew who kept silent.</summary>
    public void Tick(in Moment now)
    {
        if (IsDone || NewerMap is not null)
            return;
        _inventory.Tick(now.Ticks);
        for (var index = 0; index < _talks.Length; index++)
        {
            if (_talks[index].IsWanted && _talks[index].DueAt <= now.Ticks)
                Ask(index, now.Ticks);
        }

        Advance(now.Ticks);
    }

    /// <summary>What it waits for, for operators and logs; null when it is done.</summary>
    public MigrationWait? Waiting()
    {
        switch (_step)
        {
            case MigrationStep.Sealing:
                for (var i = 0; i < _placement.OlderQuorums.Length; i++)
                {
                    var quorum = _placement.OlderQuorums[i];
                    var lacking = quorum.Needed - BitOperations.PopCount(quorum.Members & _listed);
                    if (lacking > 0)
                        return new MigrationWait(_step, Map.Generations.Length - 2 - i, lacking, NodesOf(quorum.Members & ~_listed));
                }

                return new MigrationWait(_step, 0, 0, []);
            case MigrationStep.Moving:
                return new MigrationWait(_step, Map.Generations.Length - 1, KeysToMove - KeysMoved, []);
            case MigrationStep.RaisingFloors:
                var missing = _placement.AcceptQuorum.Needed - BitOperations.PopCount(_newest & _raised);
                return new MigrationWait(_step, Map.Generations.Length - 1, missing, NodesOf(_newest & ~_raised));
            default:
                return null;
        }
    }

    private void OnListed(int index, ListedReply listed, in Moment now)
    {
        _floor = Floor.Above(_floor, listed.Floor);
        foreach (var register in listed.Registers)
        {
            if (!register.Accepted.IsZero)
                _inventory.Add(register, index);
        }

        ref var talk = ref _talks[index];
        if (listed.Next is null)
        {
            talk.IsWanted = false;
            _listed |= 1UL << index;
            Advance(now.Ticks);
        }
        else if (talk.After is not null && SlotOrder.Instance.Compare(listed.Next, talk.After) <= 0)
        {
            throw new InvariantViolationException($"{_placement.Nodes[index]} lists {Slot} in circles");
        }
        else
        {
            talk.After = listed.Next;
            Ask(index, now.Ticks);
        }
    }

    /// <summary>Goes on to the next steps for as long as the one it is at is finished.</summary>
    private void Advance(long now)
    {
        if (_step == MigrationStep.Sealing && IsSealed() && !WaitsForMore(now))
        {
            _closesAt = Moment.Never;
            EndConversations();
            _inventory.Close();
            _step = MigrationStep.Moving;
        }

        if (_step == MigrationStep.Moving && _inventory.IsEmpty)
        {
            _step = MigrationStep.RaisingFloors;
            // Nothing was ever purged: there is nothing to raise.
            if (_floor == Floor.None || _faults.HasFlag(Faults.FloorsNotMoved))
            {
                _step = MigrationStep.Done;
                return;
            }

            for (var index = 0; index < _placement.ReplicaCount; index++)
            {
                _talks[index].IsWanted = true;
                Ask(index, now);
            }
        }

        if (_step == MigrationStep.RaisingFloors && _placement.AcceptQuorum.Count(_raised, 0) == Tally.Won)
        {
            EndConversations();
            _step = MigrationStep.Done;
        }
    }

    /// <summary>
    /// Sealed by r nodes, but no ballot can be seen to be committed before w of the oldest generation are listed. Those that are about to answer are given a moment; one that has
    /// failed is not waited for.
    /// </summary>
    private bool WaitsForMore(long now)
    {
        if (_commit.Count(_listed, 0) == Tally.Won)
            return false;
        var isComing = false;
        for (var members = _commit.Members & ~_listed; members != 0; members &= members - 1)
            isComing |= _talks[BitOperations.TrailingZeroCount(members)].IsAsked;
        if (_closesAt == Moment.Never)
            _closesAt = now + _options.LingerMilliseconds;
        return isComing && now < _closesAt;
    }

    private bool IsSealed()
    {
        foreach (var quorum in _placement.OlderQuorums)
        {
            if (quorum.Count(_listed, 0) != Tally.Won)
                return false;
        }

        return true;
    }

    private void Ask(int index, long now)
    {
        ref var talk = ref _talks[index];
        talk.Round = ++_round;
        talk.IsAsked = true;
        talk.DueAt = now + _options.RequestTimeoutMilliseconds;
        SlotRequest request = _step == MigrationStep.Sealing
            ? new ListRequest(Slot, Map.Epoch, talk.Round, talk.After, _options.PageEntries)
            : new FloorRequest(Slot, Map.Epoch, talk.Round, _floor);
        _sends.Enqueue(new SlotSend(_placement.Nodes[index], request));
    }

    private void Abandon(ClusterMap newer)
    {
        NewerMap = newer;
        EndConversations();
    }

    private void EndConversations()
    {
        Array.Clear(_talks);
        _sends.Clear();
    }

    private ImmutableArray<NodeId> NodesOf(ulong bits)
    {
        var nodes = ImmutableArray.CreateBuilder<NodeId>(BitOperations.PopCount(bits));
        for (; bits != 0; bits &= bits - 1)
            nodes.Add(_placement.Nodes[BitOperations.TrailingZeroCount(bits)]);
        return nodes.MoveToImmutable();
    }

    /// <summary>Where the exchange with one node stands: one request at a time.</summary>
    private struct Conversation
    {
        public bool IsWanted;
        public bool IsAsked;
        public long Round;
        public long DueAt;
        public Key? After;
    }
}
