using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>
/// What this silo has to say to one peer.
/// <para>
/// While a batch is on its way the next one collects; when it comes back, what has collected leaves. So an idle peer gets a request at once, and a
/// busy one gets as many in one frame as a round trip brings together, with no timer and no setting that is right for one load only.
/// </para>
/// <para>
/// What a peer did not look at, because the replies to the rest had filled its frame, goes out again with the next batch.
/// </para>
/// <para>
/// A request ends in exactly one reply or failure: the reply frame, a refused or failed call, silence beyond the batch timeout, or a bound. A peer that let a
/// batch time out is silent: while it is, one batch at a time goes out as a probe and all else fails at once, so that nothing piles up and no
/// proposer waits for a peer that is known not to answer. An Accept that fails is noted as owed to the peer.
/// </para>
/// </summary>
internal sealed partial class PeerOutbox(
    NodeId node, IPeers peers, IFailedPushes pushes, RoundTicker ticker, TrafficOptions options, TrafficCounters counters, ILogger logger)
    : IThreadPoolWorkItem, ITicking
{
    // What sending needs at most at once, and one to collect in.
    private const int PooledBatches = 4;

    private readonly ILogger _logger = logger;
    private readonly Lock _gate = new();
    private readonly Queue<Outgoing> _waiting = new();
    private readonly List<Batch> _travelling = [];
    private readonly Stack<Batch> _pool = new();
    private long _waitingBytes;
    private int _inFlight;
    private bool _scheduled;
    private bool _silent;
    private bool _watched;

    /// <summary>The peer does not answer at present.</summary>
    public bool IsSilent => Volatile.Read(ref _silent);

    public void Send(in Outgoing outgoing)
    {
        bool taken;
        var schedule = false;
        lock (_gate)
        {
            taken = _waiting.Count < options.MaxQueuedMessages && _waitingBytes < options.MaxQueuedBytes && !(_silent && _inFlight > 0);
            if (taken)
            {
                _waiting.Enqueue(outgoing);
                _waitingBytes += FrameCodec.EstimateBytes(outgoing.Request);
                schedule = TryClaim();
            }
        }

        // On a pool thread and not here: the caller is a grain's turn, and the call would become that grain's.
        if (schedule) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        if (!taken) outgoing.Fail(node, pushes);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            Batch batch;
            IReplicaService? service;
            lock (_gate)
            {
                _scheduled = false;
                if (_waiting.Count == 0 || _inFlight >= (_silent ? 1 : options.BatchesInFlight)) return;
                batch = Collect();
                service = peers.Find(node);
                _inFlight++;
                if (service is not null) Watch(batch);
            }

            if (service is null) Settle(batch, null);
            else _ = Travel(service, batch);
        }
    }

    bool ITicking.Sweep(long now)
    {
        List<Batch>? overdue = null;
        bool goOn;
        lock (_gate)
        {
            foreach (var batch in _travelling)
            {
                // Settled within the lock: once it has left the list, a batch may be on its way again with other requests.
                if (batch.Due <= now && batch.TrySettle()) (overdue ??= []).Add(batch);
            }

            goOn = _watched = _travelling.Count > 0;
        }

        if (overdue is null) return goOn;
        foreach (var batch in overdue) GiveUp(batch);
        return goOn;
    }

    private bool TryClaim()
    {
        if (_scheduled || _waiting.Count == 0 || _inFlight >= (_silent ? 1 : options.BatchesInFlight)) return false;
        return _scheduled = true;
    }

    private Batch Collect()
    {
        var batch = _pool.TryPop(out var pooled) ? pooled : new Batch(node, pushes);
        var bytes = 0L;
        while (batch.Count < FrameCodec.MaxMessages && _waiting.TryPeek(out var next))
        {
            var size = FrameCodec.EstimateBytes(next.Request);
            if (batch.Count > 0 && bytes + size > options.MaxBatchBytes) break;
            batch.Add(_waiting.Dequeue());
            bytes += size;
        }

        _waitingBytes -= bytes;
        batch.Due = ticker.After(options.BatchTimeout + (options.BatchTimeoutPerMebibyte * (bytes / (double)(1 << 20))));
        return batch;
    }

    private void Watch(Batch batch)
    {
        _travelling.Add(batch);
        if (_watched) return;
        _watched = true;
        ticker.Watch(this);
    }

    private async Task Travel(IReplicaService service, Batch batch)
    {
        DeliveryReply? reply = null;
        counters.OnBatch(batch.Count);
        using var trace = SiloTraces.IsOn ? SiloTraces.Deliver(node, batch.Count, batch.Traces()) : null;
        try
        {
            reply = await service.Deliver(node.Store.Value, batch.Encode()).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // Refused, timed out in the engine, declared dead, or a fault of the peer: all mean that no reply will come.
            LogBatchFailed(node, fault);
        }

        Settle(batch, reply);
    }

    /// <summary>The peer cannot be reached, as far as is known: nobody waits any longer for what is on its way to it.</summary>
    public void GiveUp()
    {
        List<Batch> given = [];
        lock (_gate)
        {
            foreach (var batch in _travelling)
            {
                if (batch.TrySettle()) given.Add(batch);
            }
        }

        foreach (var batch in given) GiveUp(batch);
    }

    /// <summary>The peer answers, though not to anything of ours yet.</summary>
    public void Welcome() => Hear();

    private void Settle(Batch batch, DeliveryReply? reply)
    {
        // Another store is another node: that it is there says nothing of this one.
        if (reply is { Status: not DeliveryStatus.AnotherStore }) peers.Hear(node);
        if (!batch.TrySettle())
        {
            // Given up before. Its requests have failed, and its lists may still be in use by who failed them.
            if (reply is not null) Hear();
            return;
        }

        // The next batch leaves while this one's replies are given out.
        Release(batch, reply is { Status: DeliveryStatus.Delivered, Unseen: > 0 } ? batch.TakeUnseen(reply.Unseen) : []);
        Answer(batch, reply);
        if (!batch.TryReset()) return;
        lock (_gate)
        {
            if (_pool.Count < PooledBatches) _pool.Push(batch);
        }
    }

    private void Answer(Batch batch, DeliveryReply? reply)
    {
        try
        {
            if (reply is { Status: DeliveryStatus.Delivered, Frame: { } frame })
            {
                batch.Deliver(frame, peers);
                return;
            }

            if (reply is not null) LogRefused(node, reply.Status, reply.Detail);
            if (reply?.Status == DeliveryStatus.AnotherStore) peers.Distrust(node);
        }
        catch (FrameFormatException malformed)
        {
            LogUnreadable(node, malformed);
        }

        batch.Fail();
    }

    private void GiveUp(Batch batch)
    {
        Outgoing[] waiting;
        bool changed;
        lock (_gate)
        {
            _inFlight--;
            _travelling.Remove(batch);
            changed = !_silent;
            _silent = true;
            // At the same moment: if it could leave in between as a probe, it would wait for a second timeout.
            waiting = [.. _waiting];
            _waiting.Clear();
            _waitingBytes = 0;
        }

        if (changed) LogSilent(node, options.BatchTimeout.TotalMilliseconds);
        batch.Fail();
        foreach (var outgoing in waiting) outgoing.Fail(node, pushes);
    }

    private void Release(Batch batch, Outgoing[] unseen)
    {
        bool schedule, changed;
        lock (_gate)
        {
            _inFlight--;
            _travelling.Remove(batch);
            if (unseen.Length > 0) PutBack(unseen);
            changed = _silent;
            _silent = false;
            schedule = TryClaim();
        }

        if (changed) LogHeard(node);
        if (schedule) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>In front of what has collected since, so that no request is put off again and again.</summary>
    private void PutBack(Outgoing[] unseen)
    {
        var behind = _waiting.ToArray();
        _waiting.Clear();
        foreach (var outgoing in unseen)
        {
            _waiting.Enqueue(outgoing);
            _waitingBytes += FrameCodec.EstimateBytes(outgoing.Request);
        }

        foreach (var outgoing in behind) _waiting.Enqueue(outgoing);
    }

    /// <summary>A reply that came too late for its requests still shows that the peer is there.</summary>
    private void Hear()
    {
        lock (_gate)
        {
            if (!_silent) return;
            _silent = false;
        }

        LogHeard(node);
    }

    [LoggerMessage(1201, LogLevel.Debug, "A batch to {Node} failed", EventName = "BatchFailed")]
    private partial void LogBatchFailed(NodeId node, Exception fault);

    [LoggerMessage(1202, LogLevel.Information, "Node {Node} has not answered for {Milliseconds} ms", EventName = "PeerSilent")]
    private partial void LogSilent(NodeId node, double milliseconds);

    [LoggerMessage(1204, LogLevel.Error, "The reply of node {Node} cannot be read", EventName = "ReplyUnreadable")]
    private partial void LogUnreadable(NodeId node, FrameFormatException malformed);

    [LoggerMessage(1205, LogLevel.Information, "Node {Node} answers again or refuses calls", EventName = "PeerHeard")]
    private partial void LogHeard(NodeId node);

    [LoggerMessage(1203, LogLevel.Warning, "Node {Node} refused a batch: {Status} {Detail}", EventName = "BatchRefused")]
    private partial void LogRefused(NodeId node, DeliveryStatus status, string? detail);
}
