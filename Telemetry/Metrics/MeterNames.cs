using System.Diagnostics.Metrics;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>Whose measurements are shown and exported: the store's, the engine's, and of the framework's what tells how the process is.</summary>
public static class MeterNames
{
    /// <summary>With a star for "and all that begin so", as OpenTelemetry takes them.</summary>
    public static readonly string[] Shown = [Own + "*", "Microsoft.Orleans", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    private const string Own = "Orleans.Kv.";

    public static bool IsShown(Meter meter) => meter.Name.StartsWith(Own, StringComparison.Ordinal) || Shown.Contains(meter.Name, StringComparer.Ordinal);

    /// <summary>Shown, and of this host: not of another one that runs in the same process.</summary>
    public static bool IsShownIn(Meter meter, IMeterFactory host) => IsShown(meter) && (meter.Scope is null || ReferenceEquals(meter.Scope, host));
}
