using System.Diagnostics.Metrics;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Hosting;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Telemetry.Export;
using Orleans.Kv.Telemetry.Http;
using Orleans.Kv.Telemetry.Logs;
using Orleans.Kv.Telemetry.Metrics;

namespace Orleans.Kv.Api.Observing;

/// <summary>What lets people see how this host is: logs, metrics, and where they are pushed to if the environment says so.</summary>
internal static class ObservingServices
{
    private const string Service = "orleans-kv-api";

    public static void AddObserving(this WebApplicationBuilder builder, ApiOptions options)
    {
        var instance = $"{Environment.MachineName}:{Environment.ProcessId}";
        var levels = new LogLevels(
            options.LogLevel,
            // A line per request would cost more than the request.
            ("Microsoft.AspNetCore", LogLevel.Warning),
            // Even one enabled level here makes the server start an activity and a log scope for every request. Faults are logged by ProblemPages.
            ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None),
            // The engine tells its inner life at lower levels.
            (EngineCategories.All, LogLevel.Warning),
            (EngineCategories.UnansweredCalls, LogLevel.Error),
            ("Orleans.Kv", options.LogLevel));
        builder.Logging.AddConsoleLogs(options.LogFormat, levels);
        OtlpExport.AddLogs(builder.Logging, Service, instance);
        var services = builder.Services;
        services.AddSingleton(levels);
        services.AddMetrics();
        services.AddSingleton<RouterMetrics>();
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton(provider =>
        {
            var meters = provider.GetRequiredService<IMeterFactory>();
            return new MetricsCollector(meter => MeterNames.IsShownIn(meter, meters));
        });
        services.AddSingleton(provider => new ProcessMetrics(Service, instance, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(_ => new ObservedExport(OtlpExport.Start(Service, instance)));
    }

    public static void MapObserving(this WebApplication app)
    {
        // Made now: what happens before the first look counts as well.
        app.Services.GetRequiredService<ProcessMetrics>();
        app.Services.GetRequiredService<ObservedExport>();
        app.Services.GetRequiredService<ApiMetrics>();
        app.MapMetrics().Needs(Role.Read);
        app.MapLogLevel();
    }

    /// <summary>Ends the push, and has it send what it still has, when the host ends.</summary>
    private sealed class ObservedExport(OtlpExport? export) : IDisposable
    {
        public void Dispose() => export?.Dispose();
    }
}
