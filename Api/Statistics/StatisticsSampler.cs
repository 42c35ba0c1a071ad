using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Api.Statistics;

/// <summary>
/// Asks the silos every two seconds what they have measured, by way of one of them, whether somebody looks or not: whoever opens the dashboard wants to see how it came to what they see. A silo
/// that does not answer this is not taken for lost by the router, for it may be of a build that does not know the question.
/// </summary>
internal sealed partial class StatisticsSampler(
    ICluster cluster, CoordinatorChoice coordinators, StatisticsHistory history, TimeProvider time, ILogger<StatisticsSampler> logger) : BackgroundService
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // The silo that is asked waits half a second for the others.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1_500);

    // Where the first one is dying, another one knows. A round without any leaves a gap in the curves.
    private const int MaxSilos = 2;

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            var report = cluster.IsConnected ? await AskAsync().ConfigureAwait(false) : null;
            history.Add(report, time.GetUtcNow());
        }
    }

    private async Task<MonitoringReport?> AskAsync()
    {
        var asked = 0L;
        for (var i = 0; i < MaxSilos; i++)
        {
            var coordinator = coordinators.Next(asked, silentSilo: null);
            asked |= 1L << coordinator;
            try
            {
                return await cluster.GatherReports(coordinator).AsTask().WaitAsync(Patience, time).ConfigureAwait(false);
            }
            catch (Exception fault)
            {
                LogUnanswered(fault.Message);
            }
        }

        return null;
    }

    [LoggerMessage(2601, LogLevel.Debug, "A silo has not told what the cluster measures: {Fault}", EventName = "StatisticsMissing")]
    private partial void LogUnanswered(string fault);
}
