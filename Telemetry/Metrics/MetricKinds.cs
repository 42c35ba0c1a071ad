using System.Diagnostics.Metrics;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>Which kind an instrument is of. The framework says so by its class alone.</summary>
internal static class MetricKinds
{
    private static readonly Dictionary<Type, MetricKind> Known = new()
    {
        [typeof(Counter<>)] = MetricKind.Counter,
        [typeof(ObservableCounter<>)] = MetricKind.Counter,
        [typeof(UpDownCounter<>)] = MetricKind.Gauge,
        [typeof(ObservableUpDownCounter<>)] = MetricKind.Gauge,
        [typeof(Gauge<>)] = MetricKind.Gauge,
        [typeof(ObservableGauge<>)] = MetricKind.Gauge,
        [typeof(Histogram<>)] = MetricKind.Histogram,
    };

    /// <summary>Null for a kind that is not known here.</summary>
    public static MetricKind? Of(Instrument instrument) =>
        instrument.GetType() is { IsGenericType: true } type && Known.TryGetValue(type.GetGenericTypeDefinition(), out var kind) ? kind : null;

    /// <summary>Whether a measurement is the value itself, and not what is to be added to it.</summary>
    public static bool IsAbsolute(Instrument instrument) =>
        instrument.IsObservable || (instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Gauge<>));
}
