namespace Orleans.Kv.Cli.Measuring;

/// <summary>What a load came to.</summary>
/// <param name="Latencies">Of the requests that were answered.</param>
/// <param name="Failures">How many were not, by code.</param>
/// <param name="Elapsed">How long it ran.</param>
internal sealed record LoadResult(Latencies Latencies, IReadOnlyDictionary<string, long> Failures, TimeSpan Elapsed)
{
    public double PerSecond => Latencies.Count / Math.Max(Elapsed.TotalSeconds, 0.001);
}
