using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// What this silo owes the others: every key of which an Accept of its own to a node was not acknowledged, until it was replayed. It hears of failures from
/// the traffic, so what succeeds costs nothing. In memory and bounded: it only makes good sooner, and with less effort, what comparing the replicas would make good as well.
/// </summary>
internal sealed class PendingPushes(IOptions<RepairOptions> options, TimeProvider time) : IFailedPushes
{
    private readonly ConcurrentDictionary<NodeId, NodeDebt> _debts = new();
    private readonly Channel<bool> _owing = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Something is owed, or is wanted to be replayed now.</summary>
    public ChannelReader<bool> Owing => _owing.Reader;

    /// <summary>One per node that ever was owed anything and still is in the map.</summary>
    public IEnumerable<NodeDebt> Debts => _debts.Values;

    public void Add(NodeId node, AcceptRequest accept)
    {
        if (!_debts.TryGetValue(node, out var debt))
            debt = _debts.GetOrAdd(node, static (id, self) => self.Open(id), this);
        debt.Add(accept.Key, FrameCodec.EstimateBytes(accept));
        Wake();
    }

    public NodeDebt? Find(NodeId node) => _debts.GetValueOrDefault(node);

    /// <summary>The node has left the map: nobody owes it anything any more.</summary>
    public void Forget(NodeId node) => _debts.TryRemove(node, out _);

    /// <summary>Has whatever is owed be replayed now, and not at the next try.</summary>
    public void Wake() => _owing.Writer.TryWrite(true);

    private NodeDebt Open(NodeId node) => new(node, options.Value.PendingKeysPerNode, time);
}
