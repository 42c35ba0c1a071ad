namespace Orleans.Kv.Cli.Measuring;

/// <summary>Latencies in buckets of one percent's width, from a microsecond to some minutes: a constant size however many are counted. One thread writes to one instance.</summary>
internal sealed class Latencies
{
    private const double Growth = 1.01;

    // ln(10^8.5) / ln(1.01): five minutes in microseconds.
    private const int Buckets = 2000;

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    public void Add(TimeSpan latency)
    {
        var bucket = (int)(Math.Log(Math.Max(1, latency.TotalMicroseconds)) / Math.Log(Growth));
        _counts[Math.Min(bucket, Buckets - 1)]++;
        Count++;
    }

    public void Add(Latencies other)
    {
        for (var i = 0; i < Buckets; i++) _counts[i] += other._counts[i];
        Count += other.Count;
    }

    /// <summary>What so large a part (0 to 1) of the latencies does not exceed, to one percent; zero where there are none.</summary>
    public TimeSpan Percentile(double part)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * part));
        var seen = 0L;
        for (var i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return TimeSpan.FromMicroseconds(Math.Pow(Growth, i + 1));
        }

        return TimeSpan.Zero;
    }
}
