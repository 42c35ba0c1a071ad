using System.Diagnostics.Metrics;
using System.Reflection;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>What this process is and for how long it has been running. One for the process, whatever hosts it runs.</summary>
public sealed class ProcessMetrics : IDisposable
{
    public const string MeterName = "Orleans.Kv.Process";

    private readonly Meter _meter = new(MeterName);

    /// <param name="service">The kind of process: <c>orleans-kv-silo</c>, <c>orleans-kv-api</c>.</param>
    /// <param name="instance">Which one of them.</param>
    /// <param name="time">Whose time it runs by.</param>
    public ProcessMetrics(string service, string instance, TimeProvider time)
    {
        var started = time.GetTimestamp();
        var version = typeof(ProcessMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        KeyValuePair<string, object?>[] self = [new("service.name", service), new("service.instance.id", instance), new("service.version", version)];
        _meter.CreateObservableGauge("process.uptime", () => time.GetElapsedTime(started).TotalSeconds, "s", "How long this process has been running.");
        // OpenTelemetry's name for what a process is, as Prometheus has no other place for it.
        _meter.CreateObservableGauge("target.info", () => new Measurement<int>(1, self), null, "What this process is.");
    }

    public void Dispose() => _meter.Dispose();
}
