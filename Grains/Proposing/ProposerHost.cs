using System.Diagnostics;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// A proposer of one key in its grain: brings it operations, replies, failures and time, and carries out what it wants.
/// <para>
/// The proposer runs on the grain's scheduler alone. What comes from other threads (replies of peers, the ticker) goes into an inbox, and one work item
/// takes out all that has gathered: a reply frame with thirty replies for a grain costs the grain one turn. The local replica is called
/// directly. A reply that came too late for its round wakes nobody; the proposer hears of it when it runs next.
/// </para>
/// <para>
/// It holds no timer: while a round is open the silo's ticker looks at it, and calls it when something is due.
/// </para>
/// </summary>
internal sealed class ProposerHost : IReplyReceiver, ITicking
{
    // Late replies that wait for the next turn. They only refine what the proposer knows of its replicas; the newest few say it all.
    private const int MaxLate = 8;

    private static readonly Action<object> RunTurn = static self => ((ProposerHost)self).Turn();

    private readonly SiloProposing _silo;
    private readonly IWorkItemScheduler _scheduler;
    private readonly Proposer _proposer;
    private readonly NodeId _self;
    private readonly Stack<PendingReply> _pool = new();
    private readonly List<Answer> _answers = [];
    private readonly List<Request> _local = [];
    private KeyInterest _interest;

    private readonly Lock _gate = new();
    private List<Arrival> _inbox = [];
    private List<Arrival> _spare = [];
    private bool _scheduled;
    private bool _closed;

    // Written by the grain's turns, read by others without the lock: at worst a turn too many, or one at the next tick.
    private long _openRound = long.MaxValue;
    private long _wakeAt = Moment.Never;
    private bool _watched;

    // Made when an operation is part of a trace for the first time.
    private RoundTrace? _trace;

    public ProposerHost(Key key, ClusterMap map, SiloProposing silo, IWorkItemScheduler scheduler)
    {
        _silo = silo;
        _scheduler = scheduler;
        _self = silo.Topology.Self;
        _proposer = silo.NewProposer(key, map);
    }

    public Key Key => _proposer.Key;

    Activity? IReplyReceiver.Trace => _trace?.Open;

    /// <summary>Nothing waits: it may be dropped without loss.</summary>
    public bool IsIdle => _proposer.IsIdle;

    /// <summary>Takes an operation on; to be called on the grain's scheduler.</summary>
    public ValueTask<OperationReply> Execute(OperationRequest request, OperationTimer timer = default)
    {
        var operation = OperationMapping.ToOperation(request, out var fault);
        if (operation is null)
        {
            timer.End(ReplyStatus.Invalid);
            return new(OperationMapping.Refuse(ReplyStatus.Invalid, _silo.Silo, fault!));
        }

        _silo.Counters.OnOperation();
        var pending = PendingReply.Rent(_pool);
        pending.Timer = timer;
        if (SiloTraces.IsOn && Activity.Current is { } trace) Follow(pending, trace);
        var task = pending.Task;
        try
        {
            var now = _silo.Now;
            KeepUpWithMap(now);
            _interest.Refresh(_silo.Changes, _proposer);
            _proposer.Submit(operation, pending, _silo.GiveUpAt(now), now);
            Pump(now);
        }
        catch (InvariantViolationException violation)
        {
            // The local replica's answers are taken in on this path too: what stops the node in a turn stops it here.
            _silo.Replica.Break(violation);
        }

        return task;
    }

    /// <summary>Answers all that waits; to be called on the grain's scheduler.</summary>
    public void Close()
    {
        lock (_gate) _closed = true;
        _proposer.Close();
        Pump(_silo.Now);
    }

    void IReplyReceiver.OnReply(NodeId node, Reply reply)
    {
        var late = reply.Round < Volatile.Read(ref _openRound);
        // A late promise or read may carry a whole value and says nothing the next round does not ask again.
        if (late && reply is not (AcceptedReply or RefusedReply)) return;
        Post(new Arrival(node, reply, reply.Round), wake: !late);
    }

    void IReplyReceiver.OnFailure(NodeId node, long round)
    {
        if (round >= Volatile.Read(ref _openRound)) Post(new Arrival(node, null, round), wake: true);
    }

    bool ITicking.Sweep(long now)
    {
        var wakeAt = Volatile.Read(ref _wakeAt);
        if (wakeAt != Moment.Never)
        {
            if (_silo.Now.Ticks >= wakeAt) Post(default, wake: true);
            return true;
        }

        Volatile.Write(ref _watched, false);
        // A round may have begun between the two lines above without asking for a watch, because it saw the old one.
        return Volatile.Read(ref _wakeAt) != Moment.Never && !Interlocked.Exchange(ref _watched, true);
    }

    private void Post(in Arrival arrival, bool wake)
    {
        lock (_gate)
        {
            if (_closed || (!wake && _inbox.Count >= MaxLate)) return;
            if (arrival.Node != default) _inbox.Add(arrival);
            if (!wake || _scheduled) return;
            _scheduled = true;
        }

        _scheduler.QueueAction(RunTurn, this);
    }

    private void Turn()
    {
        try
        {
            var now = _silo.Now;
            TakeIn(now);
            KeepUpWithMap(now);
            _interest.Refresh(_silo.Changes, _proposer);
            if (now.Ticks >= _proposer.WakeAt) _proposer.Tick(now);
            Pump(now);
        }
        catch (InvariantViolationException violation)
        {
            // As above: the callers get no answer.
            _silo.Replica.Break(violation);
        }
    }

    private void TakeIn(in Moment now)
    {
        List<Arrival> arrivals;
        lock (_gate)
        {
            _scheduled = false;
            if (_inbox.Count == 0) return;
            arrivals = _inbox;
            _inbox = _spare;
        }

        foreach (var (node, reply, round) in arrivals)
        {
            _interest.Refresh(_silo.Changes, _proposer);
            if (reply is null) _proposer.Fail(node, round, now);
            else _proposer.Receive(node, reply, now);
            Perform();
            CallReplica(now);
        }

        arrivals.Clear();
        _spare = arrivals;
    }

    private void KeepUpWithMap(in Moment now)
    {
        if (_silo.Topology.View.Map is { } map && map.Epoch > _proposer.Map.Epoch) _proposer.ChangeMap(map, now);
    }

    /// <summary>Carries out what the proposer wants until it wants nothing more, then gives the answers.</summary>
    private void Pump(in Moment now)
    {
        Perform();
        CallReplica(now);
        Volatile.Write(ref _wakeAt, _proposer.WakeAt);
        if (_proposer.IsIdle)
        {
            Volatile.Write(ref _openRound, long.MaxValue);
            _trace?.End();
        }
        else
        {
            Watch();
        }

        Answer();
    }

    private void Perform()
    {
        var effects = _proposer.Effects;
        if (effects.IsEmpty) return;
        // The answers are given later, in Pump: whoever learns of a commit follows, or is told, or reads it.
        _silo.Changes.Tell(Key, effects.Changes);
        foreach (ref readonly var answer in effects.Answers) _answers.Add(answer);
        foreach (ref readonly var send in effects.Sends)
        {
            var round = send.Request.Round;
            if (round != _openRound)
            {
                _silo.Counters.OnRounds(1);
                if (_trace is { IsEmpty: false } traced) traced.Begin(send.Request);
                Volatile.Write(ref _openRound, round);
            }

            if (send.Node == _self) _local.Add(send.Request);
            else _silo.Traffic.Send(send.Node, send.Request, this);
        }

        effects.Clear();
    }

    /// <summary>Asks the local replica, whose answer may lead to further requests to it.</summary>
    private void CallReplica(in Moment now)
    {
        for (var i = 0; i < _local.Count; i++)
        {
            var request = _local[i];
            var reply = _silo.Replica.Handle(request);
            if (!reply.IsCompletedSuccessfully)
            {
                _ = Await(reply, request.Round);
                continue;
            }

            _interest.Refresh(_silo.Changes, _proposer);
            if (reply.Result is { } given) _proposer.Receive(_self, given, now);
            else _proposer.Fail(_self, request.Round, now);
            Perform();
        }

        _local.Clear();
    }

    private async Task Await(ValueTask<Reply?> handled, long round)
    {
        if (await handled is { } reply) ((IReplyReceiver)this).OnReply(_self, reply);
        else ((IReplyReceiver)this).OnFailure(_self, round);
    }

    private void Follow(PendingReply pending, Activity trace)
    {
        pending.Trace = trace;
        (_trace ??= new RoundTrace()).Add(pending);
    }

    private void Watch()
    {
        if (!Interlocked.Exchange(ref _watched, true)) _silo.Ticker.Watch(this);
    }

    private void Answer()
    {
        if (_answers.Count == 0) return;
        // Giving an answer runs its caller's continuation, which may come back with the next operation.
        var answers = _answers.ToArray();
        _answers.Clear();
        foreach (var (ticket, _, outcome) in answers)
        {
            var pending = (PendingReply)ticket!;
            if (pending.Trace is not null) _trace?.Answered(pending);
            pending.Complete(OperationMapping.ToReply(outcome, _silo.Silo));
        }
    }

    private readonly record struct Arrival(NodeId Node, Reply? Reply, long Round);
}
