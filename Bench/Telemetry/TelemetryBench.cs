using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orleans.Kv.Interfaces.Observing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Telemetry.Metrics;

namespace Orleans.Kv.Bench.Telemetry;

/// <summary>What measuring costs an operation: the calls that lie on its way, with and without somebody who reads, and a page for whoever does.</summary>
internal static class TelemetryBench
{
    private const int Repeats = 5;

    private static readonly ActivitySource Source = new("Orleans.Kv.Bench");

    public static void Run(Arguments arguments)
    {
        var count = arguments.Number("count", 2_000_000);
        using var meter = new Meter("Orleans.Kv.Bench");
        var histogram = meter.CreateHistogram("kv.bench.duration", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = HistogramBounds.Seconds });
        var counter = meter.CreateCounter<long>("kv.bench.count");
        Print("duration of an operation, nobody reads", count, () => Record(histogram));
        Print("count of a call, nobody reads", count, () => Count(counter));
        Print("whether anybody records a trace, nobody does", count, () => _ = Source.HasListeners());
        using var collector = new MetricsCollector(shown => ReferenceEquals(shown, meter));
        Print("duration of an operation", count, () => Record(histogram));
        Print("count of a call", count, () => Count(counter));
        var page = new ArrayBufferWriter<byte>();
        Print("a page", 2_000, () =>
        {
            page.ResetWrittenCount();
            PrometheusText.Write(page, collector.Collect(out _));
        });
    }

    private static void Record(Histogram<double> histogram)
    {
        if (!histogram.Enabled) return;
        var begun = Stopwatch.GetTimestamp();
        histogram.Record(
            Stopwatch.GetElapsedTime(begun).TotalSeconds,
            new KeyValuePair<string, object?>(OperationNames.Operation, OperationNames.Of(OperationCode.Store)),
            new KeyValuePair<string, object?>(OperationNames.Outcome, OperationNames.Of(ReplyStatus.Done)));
    }

    private static void Count(Counter<long> counter) => counter.Add(1, new KeyValuePair<string, object?>("kv.target", "key_grain"));

    // The best of several: whatever else runs on the machine only adds.
    private static void Print(string what, int count, Action action)
    {
        var best = double.MaxValue;
        var allocated = 0L;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalNanoseconds / count);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        }

        Console.WriteLine($"{what}: {best:N1} ns, {allocated} bytes allocated");
    }
}
