using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>The series of one instrument. Measurements come from any thread.</summary>
internal sealed class Measured
{
    // The same tags in another order are the same series: this many orders of them are remembered, the rest is sorted each time.
    private const int OrdersPerSeries = 4;

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> _asGiven = new(TagComparer.Instance);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly bool _isAbsolute;
    private readonly bool _isObservable;
    private readonly double[] _bounds;
    private Series? _untagged;
    private int _remembered;
    private int _round;

    public Measured(Instrument instrument, MetricKind kind)
    {
        Kind = kind;
        _isAbsolute = MetricKinds.IsAbsolute(instrument);
        _isObservable = instrument.IsObservable;
        _bounds = kind == MetricKind.Histogram ? HistogramBounds.Of(instrument) : [];
        _lookup = _asGiven.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public MetricKind Kind { get; }

    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(tags);
        if (!_isAbsolute) series.Add(value);
        else series.Set(value, _round);
    }

    /// <summary>Observable instruments are about to be asked: what they do not name any more is gone.</summary>
    public void Begin() => _round++;

    /// <summary>The series and their labels, as they are at this moment.</summary>
    public List<KeyValuePair<string, Series>> Snapshot()
    {
        lock (_gate)
        {
            if (_isObservable && _byLabels.Any(pair => pair.Value.Round != _round)) Prune();
            return [.. _byLabels];
        }
    }

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return _untagged ?? Create(tags);
        return _lookup.TryGetValue(tags, out var known) ? known : Create(tags);
    }

    private Series Create(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusName.Labels(tags);
        lock (_gate)
        {
            if (!_byLabels.TryGetValue(labels, out var series))
            {
                if (_byLabels.Count >= MetricsCollector.MaxSeries) return Overflow();
                _byLabels.Add(labels, series = new Series(_bounds));
            }

            if (tags.IsEmpty)
            {
                _untagged = series;
            }
            else if (_remembered < MetricsCollector.MaxSeries * OrdersPerSeries)
            {
                _remembered++;
                _asGiven.TryAdd(tags.ToArray(), series);
            }

            return series;
        }
    }

    private Series Overflow()
    {
        // OpenTelemetry's name for the series that takes in what there is no room for.
        const string Labels = "otel_metric_overflow=\"true\"";
        if (!_byLabels.TryGetValue(Labels, out var series)) _byLabels.Add(Labels, series = new Series(_bounds));
        return series;
    }

    // All that was remembered goes with it: it is made again when the instrument is asked the next time.
    private void Prune()
    {
        foreach (var gone in _byLabels.Where(pair => pair.Value.Round != _round).Select(pair => pair.Key).ToList()) _byLabels.Remove(gone);
        _asGiven.Clear();
        _remembered = 0;
        _untagged = _byLabels.GetValueOrDefault("");
    }
}
