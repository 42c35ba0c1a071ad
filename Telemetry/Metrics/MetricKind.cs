namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>How measurements of an instrument become a value.</summary>
public enum MetricKind
{
    /// <summary>Rises until the process ends: measurements are added.</summary>
    Counter,

    /// <summary>As it is at the moment; what several instruments say adds up.</summary>
    Gauge,

    /// <summary>How many measurements were at most how large.</summary>
    Histogram,
}
