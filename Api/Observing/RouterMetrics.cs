using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Observing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Telemetry.Metrics;

namespace Orleans.Kv.Api.Observing;

/// <summary>How operations fare as their callers see it: how long they take and how they end, whom it took to ask for them. Costs nothing while nobody reads it.</summary>
internal sealed class RouterMetrics
{
    private const string Target = "kv.target";

    private readonly Histogram<double> _duration;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _hedges;

    public RouterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ApiMetrics.MeterName);
        _duration = meter.CreateHistogram(
            "kv.operation.duration", "s", "From an operation's being read to its outcome, all attempts included.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = HistogramBounds.Seconds });
        _attempts = meter.CreateCounter<long>("kv.router.attempts", "{attempt}", "Calls to silos for operations.");
        _hedges = meter.CreateCounter<long>("kv.router.further_attempts", "{attempt}", "Those of them that another one had gone before, which was refused or kept silent.");
    }

    /// <summary>A moment to measure from.</summary>
    public long Mark() => _duration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void Ended(OperationCode code, in RoutedOutcome outcome, long mark)
    {
        if (mark == 0) return;
        _duration.Record(
            Stopwatch.GetElapsedTime(mark).TotalSeconds,
            new KeyValuePair<string, object?>(OperationNames.Operation, OperationNames.Of(code)),
            new KeyValuePair<string, object?>(OperationNames.Outcome, OperationNames.Of(outcome.Status)));
    }

    public void Asked(bool isKeyGrain, bool isFurther)
    {
        var target = new KeyValuePair<string, object?>(Target, isKeyGrain ? "key_grain" : "coordinator");
        _attempts.Add(1, target);
        if (isFurther) _hedges.Add(1, target);
    }
}
