using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Observing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>
/// Counts the operations that this silo carries out, by their kind: what its proposers were asked, at key grains and at the coordinator alike. An operation that an API host takes to a second
/// silo, because the first was slow, is counted by both. Failed is what has no definite outcome; a key that is not there and a condition that does not hold are outcomes.
/// </summary>
internal sealed class OperationMeters(IMeterFactory? meters = null)
{
    // A newer API host may know kinds that this silo does not: they are refused, and not counted.
    private static readonly string[] Names = ["fetch", "store", "update", "delete", "testset", "touch"];

    // The same once more for metrics, by the outcome too; costs nothing while nobody reads them.
    private readonly Histogram<double>? _duration = meters?.Create(StoreMetrics.MeterName).CreateHistogram(
        "kv.silo.operation.duration", "s", "From an operation's coming to this silo to its answer.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = StoreMetrics.DurationBounds });

    private readonly CallMeter[] _meters = [.. Names.Select(static _ => new CallMeter())];

    public IEnumerable<CallCounts> Report() => Names.Select((name, i) => _meters[i].Report(name)).Where(static counts => counts.Calls > 0);

    public void Count(OperationCode code, long begun, ReplyStatus? status)
    {
        if (_duration is { Enabled: true })
        {
            _duration.Record(
                Stopwatch.GetElapsedTime(begun).TotalSeconds,
                new KeyValuePair<string, object?>(OperationNames.Operation, OperationNames.Of(code)),
                new KeyValuePair<string, object?>(OperationNames.Outcome, status is { } ended ? OperationNames.Of(ended) : "fault"));
        }

        if ((int)code < _meters.Length)
            _meters[(int)code].Count(begun, status is not (ReplyStatus.Done or ReplyStatus.NotFound or ReplyStatus.ConditionFailed or ReplyStatus.Accepted));
    }
}
