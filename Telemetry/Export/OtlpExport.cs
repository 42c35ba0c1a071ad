using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Orleans.Kv.Telemetry.Metrics;
using Orleans.Kv.Telemetry.Tracing;

namespace Orleans.Kv.Telemetry.Export;

/// <summary>
/// The push of metrics and traces to an OpenTelemetry collector: one for the process, whatever hosts it runs. Without the variables that ask for it (<see cref="OtlpSettings"/>) nothing of it is
/// made, and nobody pays for it. A collector that does not answer costs what it was to be told, and never a request.
/// </summary>
public sealed class OtlpExport : IDisposable
{
    private readonly OpenTelemetrySdk _sdk;

    private OtlpExport(OpenTelemetrySdk sdk) => _sdk = sdk;

    /// <summary>Starts it where the environment asks for it.</summary>
    /// <param name="service">The kind of process.</param>
    /// <param name="instance">Which one of them.</param>
    public static OtlpExport? Start(string service, string instance)
    {
        var settings = OtlpSettings.Read(Environment.GetEnvironmentVariable);
        if (!settings.Metrics && !settings.Traces) return null;
        return new OtlpExport(OpenTelemetrySdk.Create(sdk =>
        {
            sdk.ConfigureResource(resource => Describe(resource, service, instance));
            if (settings.Metrics) sdk.WithMetrics(metrics => metrics.AddMeter(MeterNames.Shown).AddOtlpExporter(OtlpSignal.Metrics.Apply));
            if (settings.Traces) sdk.WithTracing(traces => traces.AddSource(SourceNames.Followed).AddOtlpExporter(OtlpSignal.Traces.Apply));
        }));
    }

    /// <summary>Has a host's log pushed as well, where the environment asks for it.</summary>
    public static void AddLogs(ILoggingBuilder logging, string service, string instance)
    {
        if (!OtlpSettings.Read(Environment.GetEnvironmentVariable).Logs) return;
        logging.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            var resource = ResourceBuilder.CreateDefault();
            Describe(resource, service, instance);
            options.SetResourceBuilder(resource);
            options.AddOtlpExporter(OtlpSignal.Logs.Apply);
        });
    }

    public void Dispose() => _sdk.Dispose();

    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes after this, and wins.
    private static void Describe(ResourceBuilder resource, string service, string instance) =>
        resource.AddService(service, serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: instance).AddEnvironmentVariableDetector();
}
