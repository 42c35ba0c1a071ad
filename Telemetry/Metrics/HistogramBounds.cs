using System.Diagnostics.Metrics;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>The upper bounds of a histogram's buckets: what the instrument advises, else what suits its unit.</summary>
public static class HistogramBounds
{
    /// <summary>For durations in seconds, from what a read in one rack takes to what the longest deadline is.</summary>
    public static readonly double[] Seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>For sizes in bytes, up to the largest value and what surrounds it.</summary>
    public static readonly double[] Bytes = [256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

    // OpenTelemetry's own.
    private static readonly double[] Anything = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];

    internal static double[] Of(Instrument instrument) => Advised(instrument) ?? instrument.Unit switch
    {
        "s" => Seconds,
        "By" => Bytes,
        _ => Anything,
    };

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { Count: > 0 } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => null,
    };
}
