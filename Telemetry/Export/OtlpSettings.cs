using System.Collections;

namespace Orleans.Kv.Telemetry.Export;

/// <summary>
/// Whether and what to push to an OpenTelemetry collector, by OpenTelemetry's own environment variables. Where it goes, how often, with which headers and which part of the traces, the packages
/// read from the environment themselves; here is decided what is on, and faults are found that they would pass over in silence.
/// </summary>
/// <param name="Traces">Traces are pushed.</param>
/// <param name="Metrics">Metrics are pushed.</param>
/// <param name="Logs">Logs are pushed.</param>
public sealed record OtlpSettings(bool Traces, bool Metrics, bool Logs)
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    private static readonly string[] Signals = ["TRACES", "METRICS", "LOGS"];

    public bool IsAnyOn => Traces || Metrics || Logs;

    /// <param name="variable">Reads an environment variable.</param>
    public static OtlpSettings Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        var isOff = string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);
        return new OtlpSettings(IsOn(Signals[0]), IsOn(Signals[1]), IsOn(Signals[2]));

        bool IsOn(string signal) =>
            !isOff
            && (!string.IsNullOrEmpty(variable(Endpoint)) || !string.IsNullOrEmpty(variable(For(signal, "ENDPOINT"))))
            && !string.Equals(variable($"OTEL_{signal}_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Every fault at once, each a sentence that names the variable.</summary>
    public static IEnumerable<string> Faults(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        foreach (var name in Signals.Select(signal => For(signal, "ENDPOINT")).Prepend(Endpoint))
        {
            if (variable(name) is { Length: > 0 } text && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
                yield return $"{name} {text} is not an http or https address.";
        }

        foreach (var name in Signals.Select(signal => For(signal, "PROTOCOL")).Prepend(Protocol))
        {
            if (variable(name) is { Length: > 0 } text and not ("grpc" or "http/protobuf")) yield return $"{name} {text} is not known; there are grpc and http/protobuf.";
        }
    }

    /// <summary>All of OpenTelemetry's variables, for a host whose configuration has nothing of the environment: the packages look there and nowhere else where there is one.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => new KeyValuePair<string, string?>((string)variable.Key, (string?)variable.Value));

    private static string For(string signal, string what) => $"OTEL_EXPORTER_OTLP_{signal}_{what}";
}
