using System.Globalization;
using OpenTelemetry.Exporter;

namespace Orleans.Kv.Telemetry.Export;

/// <summary>
/// What the environment says of one signal alone (<c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> and the like), which comes before what it says of all. The exporter's own options read only the
/// latter, so that without this a collector named for one signal would never be told anything.
/// </summary>
/// <param name="name">As the variables write it.</param>
public sealed class OtlpSignal(string name)
{
    public static OtlpSignal Traces { get; } = new("TRACES");

    public static OtlpSignal Metrics { get; } = new("METRICS");

    public static OtlpSignal Logs { get; } = new("LOGS");

    public void Apply(OtlpExporterOptions options) => Apply(options, Environment.GetEnvironmentVariable);

    /// <summary>Where it goes is taken as it stands: only the address for all signals is completed by the signal's path.</summary>
    public void Apply(OtlpExporterOptions options, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(variable);
        // What is neither was found at the start (OtlpSettings.Faults).
        if (Of("PROTOCOL") is { } protocol) options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (Of("ENDPOINT") is { } endpoint) options.Endpoint = new Uri(endpoint);
        if (Of("HEADERS") is { } headers) options.Headers = headers;
        if (int.TryParse(Of("TIMEOUT"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)) options.TimeoutMilliseconds = milliseconds;

        string? Of(string what) => variable($"OTEL_EXPORTER_OTLP_{name}_{what}") is { Length: > 0 } text ? text : null;
    }
}
