using Orleans.Kv.Consensus;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// The hybrid clock deadlines are stamped with: the wall clock, or the latest stamp seen in an answer where that is ahead. Shared by all
/// requests without a lock, which a deadline allows: unlike stamps of writes, two of them may be equal.
/// </summary>
internal sealed class OriginClock(TimeProvider time)
{
    private long _observed;

    public HybridTimestamp Deadline(TimeSpan lifetime)
    {
        var wall = HybridTimestamp.FromUnixMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        return HybridTimestamp.Later(wall, new HybridTimestamp(Volatile.Read(ref _observed))).Plus(lifetime);
    }

    public void Observe(long stamp)
    {
        var observed = Volatile.Read(ref _observed);
        while (stamp > observed)
        {
            var seen = Interlocked.CompareExchange(ref _observed, stamp, observed);
            if (seen == observed) return;
            observed = seen;
        }
    }
}
