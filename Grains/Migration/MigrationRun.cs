using System.Numerics;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Migration;

/// <summary>
/// One silo's work on the migration of one epoch: drives a <see cref="SlotMigration"/> for each slot that is under way, some at a time, and moves the keys they hand out.
/// <para>
/// A key that is committed in the state that was listed, and that this silo's own replica holds in that very state, is redelivered as it stands to the replicas that lack it, by the
/// same batches that operations travel in. All others are settled by a proposer. A redelivery is done with when every node that it went to has answered or failed, those aside that had
/// fallen silent before; whoever missed it is owed it like any push that failed.
/// </para>
/// <para>
/// It works in turns, like <see cref="ProposerHost"/>: what comes from other threads goes into an inbox, and one work item takes all that has gathered. Nothing runs
/// while nothing is under way. It ends by itself as soon as the silo knows a newer map.
/// </para>
/// </summary>
internal sealed partial class MigrationRun : IReplyReceiver, ISettleReceiver, ITicking, IThreadPoolWorkItem
{
    private readonly ClusterMap _map;
    private readonly SiloProposing _silo;
    private readonly ISlotMoving _moving;
    private readonly MigrationOptions _options;
    private readonly ILogger _logger;
    private readonly NodeId _self;
    private readonly long _startedAt;

    // The turn's own: changed under _turn only.
    private readonly Lock _turn = new();
    private readonly SlotSet _done = new();
    private readonly List<SlotMigration> _active = [];
    private readonly Dictionary<long, Redelivery> _redeliveries = [];
    private SlotSet _wanted = new();
    private int _next;
    private int _settling;
    private long _bytes;
    private long _round;
    private long _moved;
    private long _lastDoneAt;

    private readonly Lock _gate = new();
    private List<Arrival> _inbox = [];
    private List<Arrival> _spare = [];
    private bool _scheduled;
    private volatile bool _stopped;
    private bool _watched;
    private long _wakeAt = Moment.Never;

    public MigrationRun(ClusterMap map, SiloProposing silo, ISlotMoving moving, MigrationOptions options, ILogger logger)
    {
        _map = map;
        _silo = silo;
        _moving = moving;
        _options = options;
        _logger = logger;
        _self = silo.Topology.Self;
        _startedAt = silo.Now.Ticks;
    }

    public Epoch Epoch => _map.Epoch;

    public void Stop() => _stopped = true;

    /// <summary>These slots and no others are wanted from now on, those aside that are under way. Says what is done.</summary>
    public MigrationReport Take(SlotSet wanted)
    {
        lock (_turn)
        {
            _wanted = wanted;
            _next = 0;
            if (_active.Count < _options.Slots && !wanted.IsSubsetOf(_done)) Schedule();
            var idle = _active.Count == 0;
            return new MigrationReport
            {
                Epoch = Epoch.Number,
                Done = _done.ToBytes(),
                KeysMoved = _moved + _active.Sum(slot => (long)slot.KeysMoved),
                Milliseconds = idle && _lastDoneAt == 0 ? 0 : (idle ? _lastDoneAt : _silo.Now.Ticks) - _startedAt,
                WaitingFor = idle ? null : $"{_active[0].Slot}: {_active[0].Waiting()}",
            };
        }
    }

    void IReplyReceiver.OnReply(NodeId node, Reply reply) => Post(new Arrival(Kind.Reply, node, reply.Round, Reply: reply));

    void IReplyReceiver.OnFailure(NodeId node, long round) => Post(new Arrival(Kind.Failure, node, round));

    void ISettleReceiver.OnSettled(Key key, long tag, SettleResult result) =>
        Post(new Arrival(Kind.Settled, default, tag, Key: key, IsSettled: result == SettleResult.Settled));

    bool ITicking.Sweep(long now)
    {
        if (_stopped) return false;
        var wakeAt = Volatile.Read(ref _wakeAt);
        // A turn that has ended the run of a map that is no more needs one as well: replies to it may never come.
        if (_silo.Now.Ticks >= wakeAt || _silo.Topology.View.Epoch != Epoch) Schedule();
        if (wakeAt != Moment.Never) return true;
        Volatile.Write(ref _watched, false);
        return Volatile.Read(ref _wakeAt) != Moment.Never && !Interlocked.Exchange(ref _watched, true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            lock (_turn) Turn();
        }
        catch (InvariantViolationException violation)
        {
            Stop();
            _silo.Replica.Break(violation);
        }
    }

    private void Post(in Arrival arrival)
    {
        if (_stopped) return;
        lock (_gate) _inbox.Add(arrival);
        Schedule();
    }

    private void Schedule()
    {
        lock (_gate)
        {
            if (_scheduled || _stopped) return;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Turn()
    {
        var now = _silo.Now;
        if (_stopped || _silo.Topology.View.Epoch != Epoch || _silo.Topology.Self != _self)
        {
            _stopped = true;
            _active.Clear();
            _redeliveries.Clear();
            Volatile.Write(ref _wakeAt, Moment.Never);
            return;
        }

        TakeIn(now);
        Begin(now);
        var wakeAt = Moment.Never;
        for (var i = _active.Count - 1; i >= 0; i--)
        {
            var slot = _active[i];
            if (slot.WakeAt <= now.Ticks) slot.Tick(now);
            Drive(slot, now);
            if (slot.NewerMap is { } newer) _silo.Topology.Learn(newer);
            if (slot.IsDone) Finish(i, now);
            else wakeAt = Math.Min(wakeAt, slot.WakeAt);
        }

        if (_active.Count < _options.Slots && Wanted() >= 0) Schedule();
        Volatile.Write(ref _wakeAt, wakeAt);
        if (wakeAt != Moment.Never && !Interlocked.Exchange(ref _watched, true)) _silo.Ticker.Watch(this);
    }

    private void TakeIn(in Moment now)
    {
        List<Arrival> arrivals;
        lock (_gate)
        {
            _scheduled = false;
            arrivals = _inbox;
            _inbox = _spare;
        }

        foreach (var arrival in arrivals)
        {
            switch (arrival.Kind)
            {
                case Kind.SlotReply when arrival.SlotReply is { } reply:
                    arrival.Slot!.Receive(arrival.Node, reply, now);
                    break;
                case Kind.SlotReply:
                    arrival.Slot!.Fail(arrival.Node, arrival.Round, now);
                    break;
                case Kind.Settled:
                    _settling--;
                    // A slot with a key in hand is not done, so it is still there.
                    _active.Find(slot => slot.Slot.Index == arrival.Round)?.Settled(arrival.Key!, arrival.IsSettled, now);
                    break;
                default:
                    OnAnswer(arrival, now);
                    break;
            }
        }

        arrivals.Clear();
        _spare = arrivals;
    }

    /// <summary>Takes on further slots while there is room.</summary>
    private void Begin(in Moment now)
    {
        while (_active.Count < _options.Slots && Wanted() is var index and >= 0)
        {
            _next = index + 1;
            var slot = new SlotMigration(_map, new Slot((ushort)index), SlotMigrationOptions.Default);
            slot.Tick(now);
            _active.Add(slot);
        }
    }

    private int Wanted()
    {
        for (; _next < Slot.Count; _next++)
        {
            if (_wanted.Contains(_next) && !_done.Contains(_next) && !_active.Exists(slot => slot.Slot.Index == _next)) return _next;
        }

        return -1;
    }

    private void Drive(SlotMigration slot, in Moment now)
    {
        while (slot.TryTakeSend(out var send)) _ = Ask(slot, send);
        while (_redeliveries.Count < _options.Keys && _settling < _options.Settles && _bytes < _options.Bytes && slot.TryTakeKey(out var key)) Move(slot, key, now);
        while (slot.TryTakeSend(out var send)) _ = Ask(slot, send);
    }

    private void Move(SlotMigration slot, in MigratingKey key, in Moment now)
    {
        // Exactly the ballot that is known to be committed. A higher one that came to this replica may be of an older epoch and not be committed: brought to replicas that have
        // promised nothing, it could pass for committed and then be superseded by what knows nothing of it.
        if (key.MustSettle || !_silo.Replica.TryGet(key.Key, out var held) || held.State is not { } state || held.Accepted != key.AtLeast)
        {
            _settling++;
            _moving.Settle(key.Key, slot.Slot.Index, this);
            return;
        }

        var round = ++_round;
        var request = new AcceptRequest(key.Key, Epoch, round, held.Accepted, state, held.Accepted);
        var redelivery = new Redelivery(slot, key, key.Key.Utf8.Length + state.Value.Length);
        _redeliveries.Add(round, redelivery);
        _bytes += redelivery.Bytes;
        for (var i = 0; i < key.Missing.Length; i++)
        {
            // Listed without it, and it has come since: what was read is its acknowledgement.
            if (key.Missing[i] == _self) redelivery.Acknowledged |= 1U << i;
            else if (!_silo.Traffic.IsSilent(key.Missing[i])) redelivery.Outstanding |= 1U << i;
        }

        foreach (var node in key.Missing)
        {
            if (node != _self) _silo.Traffic.Send(node, request, this);
        }

        EndIfAnswered(round, redelivery, now);
    }

    private void OnAnswer(in Arrival arrival, in Moment now)
    {
        if (!_redeliveries.TryGetValue(arrival.Round, out var redelivery)) return;
        var bit = 1U << redelivery.Moving.Missing.IndexOf(arrival.Node);
        redelivery.Outstanding &= ~bit;
        if (arrival.Reply is AcceptedReply) redelivery.Acknowledged |= bit;
        EndIfAnswered(arrival.Round, redelivery, now);
    }

    private void EndIfAnswered(long round, Redelivery redelivery, in Moment now)
    {
        if (redelivery.Outstanding != 0) return;
        _redeliveries.Remove(round);
        _bytes -= redelivery.Bytes;
        redelivery.Slot.Settled(redelivery.Moving.Key, BitOperations.PopCount(redelivery.Acknowledged) >= redelivery.Moving.AcksNeeded, now);
    }

    private void Finish(int index, in Moment now)
    {
        var slot = _active[index];
        _active.RemoveAt(index);
        _done.Add(slot.Slot.Index);
        _moved += slot.KeysMoved;
        _lastDoneAt = now.Ticks;
    }

    private async Task Ask(SlotMigration slot, SlotSend send)
    {
        SlotReply? reply = null;
        try
        {
            reply = await _moving.Ask(send.Node, send.Request).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // Whatever it was, no answer will come: the slot asks again.
            LogAskFailed(send.Node, slot.Slot, fault);
        }

        Post(new Arrival(Kind.SlotReply, send.Node, send.Request.Round, slot, SlotReply: reply));
    }

    [LoggerMessage(1124, LogLevel.Debug, "Node {Node} did not answer about {Slot}", EventName = "SlotNotAnswered")]
    private partial void LogAskFailed(NodeId node, Slot slot, Exception fault);

    private enum Kind
    {
        Reply,
        Failure,
        SlotReply,
        Settled,
    }

    private readonly record struct Arrival(
        Kind Kind, NodeId Node, long Round, SlotMigration? Slot = null, Reply? Reply = null, SlotReply? SlotReply = null, Key? Key = null, bool IsSettled = false);

    /// <summary>A key on its way; one bit for each of the nodes that lack it.</summary>
    private sealed class Redelivery(SlotMigration slot, in MigratingKey moving, long bytes)
    {
        public SlotMigration Slot { get; } = slot;

        public MigratingKey Moving { get; } = moving;

        public long Bytes { get; } = bytes;

        public uint Outstanding { get; set; }

        public uint Acknowledged { get; set; }
    }
}
