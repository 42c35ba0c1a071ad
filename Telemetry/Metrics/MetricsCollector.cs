using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>
/// What the meters of this process have measured since it started, for whoever asks over HTTP.
/// <para>
/// Instruments are those of <c>System.Diagnostics.Metrics</c>, with OpenTelemetry's names. A <see cref="MeterListener"/> adds up what they measure: counters and histograms where it happens, at the
/// cost of a look-up and an addition or two; observable ones only when somebody asks. <see cref="PrometheusText"/> writes it down. The push to an OpenTelemetry collector is the
/// OpenTelemetry packages' own affair (<see cref="Export.OtlpExport"/>) and neither needs nor disturbs this.
/// </para>
/// <para>
/// A process may throw a host away and start another one. Its meters end with it, and so do their instruments here: counters begin anew, as after a restart, which is what
/// readers of counters expect. Where two hosts have an instrument of the same name at the same time, what they say is added up.
/// </para>
/// <para>Bounded: an instrument that is given too many different tags puts the rest into one series of its own (<see cref="MaxSeries"/>).</para>
/// </summary>
public sealed class MetricsCollector : IDisposable
{
    /// <summary>Different sets of tags per instrument. OpenTelemetry's own default is the same; whoever needs more has a value as a tag that is none, such as a key.</summary>
    public const int MaxSeries = 2_000;

    private readonly ConcurrentDictionary<Instrument, Measured> _measured = new();
    private readonly Lock _collecting = new();
    private readonly MeterListener _listener = new();
    private readonly Func<Meter, bool> _isWanted;

    /// <param name="isWanted">Whose measurements are kept. Asked once for every meter's instrument.</param>
    public MetricsCollector(Func<Meter, bool> isWanted)
    {
        _isWanted = isWanted;
        _listener.InstrumentPublished = OnPublished;
        _listener.MeasurementsCompleted = (instrument, _) => _measured.TryRemove(instrument, out var _);
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((Measured)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((Measured)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((Measured)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((Measured)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((Measured)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((Measured)state!).Add(value, tags));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((Measured)state!).Add((double)value, tags));
        _listener.Start();
    }

    /// <summary>Everything there is at this moment, by name. One caller at a time; the others wait.</summary>
    /// <param name="fault">What an observable instrument threw, if one did: all others are there.</param>
    public IReadOnlyList<MetricFamily> Collect(out Exception? fault)
    {
        fault = null;
        lock (_collecting)
        {
            foreach (var measured in _measured.Values) measured.Begin();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException exception)
            {
                fault = exception;
            }

            return MetricFamily.Unite(_measured.Select(pair => (pair.Key, pair.Value)));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void OnPublished(Instrument instrument, MeterListener listener)
    {
        if (!_isWanted(instrument.Meter) || MetricKinds.Of(instrument) is not { } kind) return;
        var measured = _measured.GetOrAdd(instrument, static (added, of) => new Measured(added, of), kind);
        listener.EnableMeasurementEvents(instrument, measured);
    }
}
