using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>All outboxes of a silo: one per node that was ever spoken to, which maps bound.</summary>
internal sealed class PeerTraffic(
    IPeers peers, IFailedPushes pushes, RoundTicker ticker, IOptions<TrafficOptions> options, TrafficCounters counters,
    ILogger<PeerOutbox> logger)
{
    private readonly ConcurrentDictionary<NodeId, PeerOutbox> _outboxes = new();

    public void Send(NodeId node, Request request, IReplyReceiver sender)
    {
        if (!_outboxes.TryGetValue(node, out var outbox))
            outbox = _outboxes.GetOrAdd(node, static (id, self) => self.Open(id), this);
        outbox.Send(new Outgoing(request, sender));
    }

    /// <summary>The node was spoken to and does not answer at present.</summary>
    public bool IsSilent(NodeId node) => _outboxes.TryGetValue(node, out var outbox) && outbox.IsSilent;

    /// <inheritdoc cref="PeerOutbox.GiveUp()"/>
    public void GiveUp(NodeId node)
    {
        if (_outboxes.TryGetValue(node, out var outbox)) outbox.GiveUp();
    }

    /// <inheritdoc cref="PeerOutbox.Welcome"/>
    public void Welcome(NodeId node)
    {
        if (_outboxes.TryGetValue(node, out var outbox)) outbox.Welcome();
    }

    private PeerOutbox Open(NodeId node) => new(node, peers, pushes, ticker, options.Value, counters, logger);
}
