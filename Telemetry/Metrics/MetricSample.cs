namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>One series at one moment.</summary>
/// <param name="Labels">As Prometheus writes them, without the braces.</param>
/// <param name="Value">The value; of a histogram the sum of what was measured.</param>
/// <param name="Bounds">A histogram's upper bounds.</param>
/// <param name="Buckets">How many measurements fell between each bound and the one before it, and at last those above them all.</param>
public sealed record MetricSample(string Labels, double Value, IReadOnlyList<double> Bounds, IReadOnlyList<long> Buckets)
{
    internal static MetricSample Of(string labels, IReadOnlyList<Series> series)
    {
        var bounds = series[0].Bounds;
        var buckets = new long[bounds.Length == 0 ? 0 : bounds.Length + 1];
        var sum = 0.0;
        foreach (var one in series.Where(one => one.Bounds.AsSpan().SequenceEqual(bounds)))
        {
            one.CopyBuckets(buckets);
            sum += one.Sum;
        }

        return new MetricSample(labels, sum, bounds, buckets);
    }
}
