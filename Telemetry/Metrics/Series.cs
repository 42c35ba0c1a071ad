namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>What was measured under one set of tags. Safe to add to from any thread; read while others add, it may be short of the newest measurements.</summary>
internal sealed class Series(double[] bounds)
{
    // One more than there are bounds: the last bucket takes what is above them all.
    private readonly long[] _buckets = bounds.Length == 0 ? [] : new long[bounds.Length + 1];
    private double _sum;

    /// <summary>The round of questions in which it was set the last time.</summary>
    public int Round { get; private set; }

    public double Sum => Volatile.Read(ref _sum);

    public double[] Bounds => bounds;

    public void Set(double value, int round)
    {
        Volatile.Write(ref _sum, value);
        Round = round;
    }

    public void Add(double value)
    {
        if (_buckets.Length > 0) Interlocked.Increment(ref _buckets[BucketOf(value)]);
        var seen = Volatile.Read(ref _sum);
        while (true)
        {
            var was = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            // By its bits: of a sum that is no number any more, none would ever equal another.
            if (BitConverter.DoubleToInt64Bits(was) == BitConverter.DoubleToInt64Bits(seen)) return;
            seen = was;
        }
    }

    /// <summary>Adds what is in each bucket to <paramref name="counts"/>.</summary>
    public void CopyBuckets(Span<long> counts)
    {
        for (var i = 0; i < _buckets.Length; i++) counts[i] += Interlocked.Read(ref _buckets[i]);
    }

    // A dozen bounds: looking along them is quicker than any search.
    private int BucketOf(double value)
    {
        var i = 0;
        // Not "value > bound": what is no number belongs above them all, too.
        while (i < bounds.Length && !(value <= bounds[i])) i++;
        return i;
    }
}
