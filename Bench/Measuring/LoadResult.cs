using System.Globalization;
using System.Text.Json;

namespace Orleans.Kv.Bench.Measuring;

/// <summary>What a load generator saw; travels from its process to the one that prints, as one line of JSON.</summary>
internal sealed record LoadResult(double Seconds, long Done, long Failed, double P50, double P99, double Max)
{
    public double PerSecond => Done / Seconds;

    public static LoadResult From(LatencyHistogram latencies, double seconds, long failed) =>
        new(seconds, latencies.Count, failed, latencies.Percentile(0.50), latencies.Percentile(0.99), latencies.MaxMilliseconds);

    public string ToJson() => JsonSerializer.Serialize(this);

    public static LoadResult FromJson(string json) =>
        JsonSerializer.Deserialize<LoadResult>(json) ?? throw new BenchException("The load generator reported nothing.");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{PerSecond,9:N0}/s   p50 {P50:F2} ms   p99 {P99:F2} ms   max {Max:F0} ms{(Failed > 0 ? $"   {Failed:N0} FAILED" : "")}");
}
