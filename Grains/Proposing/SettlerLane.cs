using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>
/// A part of the keys that a <see cref="Settler"/> has in hand. What comes from other threads goes into an inbox, and one work item takes out all that has gathered: a
/// frame with a thousand replies costs one.
/// </summary>
internal sealed class SettlerLane(SiloProposing silo) : IThreadPoolWorkItem, ITicking
{
    // Enough to fill the batches that travel meanwhile, and few enough that neither the peers' queues nor other people's writes behind them suffer.
    private const int MaxOpen = 1024;

    // Between two looks at the inbox, so that replies are taken in while a long line of keys is begun.
    private const int MaxStarts = 128;

    // How often a lane that never rests looks for deadlines: the ticker's resolution.
    private const int LookMilliseconds = 5;

    private readonly Lock _gate = new();
    private List<Arrival> _inbox = [];
    private List<Arrival> _spare = [];
    private readonly Queue<SettlerJob> _waiting = new();
    private bool _scheduled;
    private bool _watched;
    private long _wakeAt = Moment.Never;

    // The lane's own, used by one thread at a time.
    private long _lookedAt;
    private readonly List<SettlerJob> _open = [];
    private readonly Queue<Arrival> _local = new();
    private readonly List<(SettlerJob Job, SettleResult Result)> _finished = [];
    private readonly List<SettlerJob> _starting = [];

    public SiloProposing Silo => silo;

    public void Add(SettlerJob job)
    {
        lock (_gate)
        {
            _waiting.Enqueue(job);
            if (_scheduled) return;
            _scheduled = true;
        }

        // Never on the caller's thread: it may be a grain's turn, and the calls would become that grain's.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Post(SettlerJob job, NodeId node, Reply? reply, long round)
    {
        lock (_gate)
        {
            _inbox.Add(new Arrival(job, node, reply, round));
            if (_scheduled) return;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Sends a job's request; in the lane. The reply comes to the job in a later step.</summary>
    public void Send(SettlerJob job, NodeId node, Request request)
    {
        if (node != silo.Topology.Self)
        {
            silo.Traffic.Send(node, request, job);
            return;
        }

        var reply = silo.Replica.Handle(request);
        if (reply.IsCompletedSuccessfully) _local.Enqueue(new Arrival(job, node, reply.Result, request.Round));
        else _ = Await(reply, job, node, request.Round);
    }

    /// <summary>The job is done; in the lane.</summary>
    public void Finish(SettlerJob job, SettleResult result)
    {
        if (job.Place < 0) return;
        Close(job);
        _finished.Add((job, result));
    }

    /// <summary>Goes on with another job in the place of this one; in the lane.</summary>
    public void Replace(SettlerJob job, SettlerJob successor, ClusterMap map, in Moment now)
    {
        Close(job);
        Open(successor);
        successor.Start(map, now);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            while (TakeIn(silo.Now))
            {
                // Until nothing is left to do at present.
            }
        }
        catch (InvariantViolationException violation)
        {
            silo.Replica.Break(violation);
        }
    }

    bool ITicking.Sweep(long now)
    {
        lock (_gate)
        {
            if (_wakeAt == Moment.Never) return _watched = false;
            if (_scheduled || silo.Now.Ticks < _wakeAt) return true;
            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    /// <summary>One step; false when nothing is left to do.</summary>
    private bool TakeIn(in Moment now)
    {
        List<Arrival> arrivals;
        lock (_gate)
        {
            arrivals = _inbox;
            _inbox = _spare;
            _spare = arrivals;
            while (_starting.Count < MaxStarts && _open.Count + _starting.Count < MaxOpen && _waiting.TryDequeue(out var job)) _starting.Add(job);
        }

        var worked = arrivals.Count > 0 || _starting.Count > 0;
        foreach (var arrival in arrivals) Give(arrival, now);
        arrivals.Clear();
        Begin(now);
        while (_local.TryDequeue(out var arrival)) Give(arrival, now);
        var mustLook = !worked || now.Ticks - _lookedAt >= LookMilliseconds;
        var wakeAt = mustLook ? Tick(now) : Moment.Never;
        while (_local.TryDequeue(out var arrival)) Give(arrival, now);
        Report();
        return worked || !TryRest(wakeAt);
    }

    private void Begin(in Moment now)
    {
        foreach (var job in _starting)
        {
            Open(job);
            if (silo.Topology.View.Map is { } map) job.Start(map, now);
            else Finish(job, SettleResult.Failed);
        }

        _starting.Clear();
    }

    private static void Give(in Arrival arrival, in Moment now)
    {
        // A reply to a job that is over.
        if (arrival.Job.Place >= 0) arrival.Job.Take(arrival.Node, arrival.Reply, arrival.Round, now);
    }

    private long Tick(in Moment now)
    {
        _lookedAt = now.Ticks;
        var wakeAt = Moment.Never;
        // Backwards: a job that ends leaves its place to the last one, which was looked at already.
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var job = _open[i];
            if (job.WakeAt <= now.Ticks) job.Tick(now);
            if (job.Place >= 0) wakeAt = Math.Min(wakeAt, job.WakeAt);
        }

        return wakeAt;
    }

    private void Report()
    {
        if (_finished.Count == 0) return;
        foreach (var (job, result) in _finished) job.Report(result);
        _finished.Clear();
    }

    /// <summary>Leaves the thread, unless something has come in.</summary>
    private bool TryRest(long wakeAt)
    {
        lock (_gate)
        {
            if (_inbox.Count > 0 || (_waiting.Count > 0 && _open.Count < MaxOpen) || _local.Count > 0) return false;
            _scheduled = false;
            _wakeAt = _open.Count == 0 ? Moment.Never : wakeAt;
            if (_wakeAt == Moment.Never || _watched) return true;
            _watched = true;
        }

        silo.Ticker.Watch(this);
        return true;
    }

    private void Open(SettlerJob job)
    {
        job.Place = _open.Count;
        _open.Add(job);
    }

    private void Close(SettlerJob job)
    {
        var last = _open[^1];
        _open[job.Place] = last;
        last.Place = job.Place;
        _open.RemoveAt(_open.Count - 1);
        job.Place = -1;
    }

    private async Task Await(ValueTask<Reply?> handled, SettlerJob job, NodeId node, long round) => Post(job, node, await handled, round);

    private readonly record struct Arrival(SettlerJob Job, NodeId Node, Reply? Reply, long Round);
}
