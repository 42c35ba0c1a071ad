using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Reachability;

/// <summary>What is known of one node. Judged by one thread at a time, read by any.</summary>
/// <remarks>A node becomes unreachable by what is known of it, and reachable again by nothing but a sign of life.</remarks>
internal sealed class PeerState(NodeId node, TimeProvider time)
{
    private readonly Lock _gate = new();

    // From when on its silence counts: when it was first seen, or this silo itself had been away.
    private long _silentFrom = time.GetTimestamp();
    private long _unreachableSince;
    private long _refusedAt;

    public NodeId Node => node;

    /// <summary>In Unix milliseconds; 0 while it can be reached.</summary>
    public long UnreachableSince => Interlocked.Read(ref _unreachableSince);

    public bool IsReachable => UnreachableSince == 0;

    /// <summary>A call was refused just now; a later answer of any kind outweighs it.</summary>
    public void Refused() => Interlocked.Exchange(ref _refusedAt, time.GetTimestamp());

    /// <summary>This silo was paused itself: who is silent has been so since now only. Nobody comes back by that.</summary>
    public void Excuse()
    {
        lock (_gate)
        {
            if (IsReachable) _silentFrom = time.GetTimestamp();
        }
    }

    /// <summary>How long nothing was heard of it.</summary>
    /// <param name="heard">The timestamp of its last answer; null where it never gave one.</param>
    public TimeSpan Silence(long? heard)
    {
        lock (_gate) return time.GetElapsedTime(Math.Max(heard ?? 0, _silentFrom));
    }

    /// <summary>Takes in what is known now. Says what has changed, if anything has, and for a lost node why.</summary>
    public (PeerChange Change, string? Reason) Judge(long? heard, bool isMember, TimeSpan silentAfter)
    {
        lock (_gate)
        {
            var silence = time.GetElapsedTime(Math.Max(heard ?? 0, _silentFrom));
            var reason = !isMember ? "its silo is no member"
                : Interlocked.Read(ref _refusedAt) > (heard ?? 0) ? "its silo refuses calls"
                : silence >= silentAfter ? "it does not answer"
                : null;
            if (reason is not null && IsReachable)
            {
                Interlocked.Exchange(ref _unreachableSince, (time.GetUtcNow() - silence).ToUnixTimeMilliseconds());
                return (PeerChange.Lost, reason);
            }

            if (reason is not null || IsReachable || heard is null) return (PeerChange.None, reason);
            Interlocked.Exchange(ref _unreachableSince, 0);
            return (PeerChange.Found, null);
        }
    }
}
