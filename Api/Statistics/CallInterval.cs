using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Api.Statistics;

/// <summary>What was counted of one kind of call between two reports, of one silo or of several added up.</summary>
internal sealed class CallInterval
{
    private readonly long[] _buckets = new long[LatencyBuckets.Count];
    private long _microseconds;

    public double PerSecond { get; private set; }

    public double FailedPerSecond { get; private set; }

    public long Calls { get; private set; }

    /// <summary>In microseconds; null where there were no calls, as in the next two.</summary>
    public double? Mean => Calls > 0 ? (double)_microseconds / Calls : null;

    public long? P50 => LatencyBuckets.Quantile(_buckets, 0.5);

    public long? P99 => LatencyBuckets.Quantile(_buckets, 0.99);

    /// <summary>Adds what one silo has counted in that many milliseconds.</summary>
    public void Add(CallCounts? before, CallCounts now, long milliseconds)
    {
        var calls = now.Calls - (before?.Calls ?? 0);
        Calls += calls;
        PerSecond += calls * 1000.0 / milliseconds;
        FailedPerSecond += (now.Failed - (before?.Failed ?? 0)) * 1000.0 / milliseconds;
        _microseconds += now.Microseconds - (before?.Microseconds ?? 0);
        Add(now, 1);
        if (before is not null) Add(before, -1);
    }

    private void Add(CallCounts counts, int sign)
    {
        // A silo of another build may count in more buckets than this host knows: those are the longest there are.
        for (var i = 0; i < Math.Min(counts.Buckets.Length, counts.Counts.Length); i++)
            _buckets[Math.Clamp(counts.Buckets[i], 0, _buckets.Length - 1)] += sign * counts.Counts[i];
    }
}
