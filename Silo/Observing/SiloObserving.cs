using Microsoft.Extensions.Logging;
using Orleans.Kv.Silo.Hosting;
using Orleans.Kv.Telemetry.Export;
using Orleans.Kv.Telemetry.Logs;
using Orleans.Kv.Telemetry.Metrics;

namespace Orleans.Kv.Silo.Observing;

/// <summary>
/// What lets people see how this process is, whichever Orleans host it runs at the moment: log levels, metrics, the push to a collector, and the server that answers for them
/// (<see cref="SiloPages"/>).
/// </summary>
internal sealed class SiloObserving : IDisposable
{
    private const string Service = "orleans-kv-silo";

    private readonly SiloHostOptions _options;
    private readonly ProcessMetrics _process;
    private readonly OtlpExport? _export;
    private bool _isStopping;

    public SiloObserving(SiloHostOptions options, TimeProvider time)
    {
        _options = options;
        Levels = LevelsOf(Enum.Parse<LogLevel>(options.LogLevel, ignoreCase: true));
        // Of every host, one after another: what the former one counted ends with it.
        Metrics = options.MetricsPort is null ? null : new MetricsCollector(MeterNames.IsShown);
        _process = new ProcessMetrics(Service, options.Name, time);
        _export = OtlpExport.Start(Service, options.Name);
    }

    public LogLevels Levels { get; }

    /// <summary>Null where nobody can ask for them.</summary>
    public MetricsCollector? Metrics { get; }

    /// <summary>What the host that runs lacks to be of use (<see cref="SiloLife.Missing"/>); null between two hosts.</summary>
    public Func<string?>? Host { get; set; }

    /// <summary>What the silo lacks; null when it is ready.</summary>
    public string? Missing() => Volatile.Read(ref _isStopping) ? "it is stopping" : Host is { } host ? host() : "its Orleans host is not running";

    /// <summary>From now on it is not ready, whatever its host says: the process is about to end.</summary>
    public void Stop() => Volatile.Write(ref _isStopping, true);

    /// <summary>Has a host log as this process does.</summary>
    public void AddLogging(ILoggingBuilder logging)
    {
        logging.AddConsoleLogs(_options.LogFormat, Levels);
        OtlpExport.AddLogs(logging, Service, _options.Name);
    }

    public void Dispose()
    {
        _export?.Dispose();
        _process.Dispose();
        Metrics?.Dispose();
    }

    private static LogLevels LevelsOf(LogLevel level) => new(
        level,
        // The engine tells its inner life at this level; what a person running the store wants to know of it are its warnings.
        (EngineCategories.All, level == LogLevel.Information ? LogLevel.Warning : level),
        (EngineCategories.UnansweredCalls, level is LogLevel.Information or LogLevel.Warning ? LogLevel.Error : level),
        ("Orleans.Kv", level),
        // A line per request of a probe or a scraper is of no use to anybody.
        ("Microsoft.AspNetCore", level == LogLevel.Information ? LogLevel.Warning : level),
        // A start that fails ends the process with one sentence, or with the whole exception where there is none (StartupFault): the same fault twice
        // more, with its stack, would only bury it.
        ("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical),
        ("Orleans.Runtime.SiloLifecycleSubject", LogLevel.Critical));
}
