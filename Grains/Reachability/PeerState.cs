using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Reachability;

/// <summary>What is known of one node. Its own thread alone writes it, others read.</summary>
internal sealed class PeerState(NodeId node, long now)
{
    private long _unreachableSince;
    private long _refusedAt;

    public NodeId Node => node;

    /// <summary>From when on its silence counts: when it was first seen, or last heard, or this silo itself had been away.</summary>
    public long SilentFrom { get; set; } = now;

    /// <summary>When a ping was refused last; a later answer of any kind outweighs it.</summary>
    public long RefusedAt
    {
        get => Interlocked.Read(ref _refusedAt);
        set => Interlocked.Exchange(ref _refusedAt, value);
    }

    /// <summary>In Unix milliseconds; 0 while it can be reached.</summary>
    public long UnreachableSince
    {
        get => Interlocked.Read(ref _unreachableSince);
        set => Interlocked.Exchange(ref _unreachableSince, value);
    }

    public bool IsReachable => UnreachableSince == 0;
}
