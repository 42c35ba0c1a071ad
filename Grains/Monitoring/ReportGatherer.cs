using Microsoft.Extensions.Logging;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>Gathers what all silos measure. One that does not answer is named instead; one that is known to be dead is not asked.</summary>
internal sealed partial class ReportGatherer(
    TopologyAgent topology, SiloReporter own, MonitoringServiceClient services, ISiloStatusOracle oracle, TimeProvider time, ILogger<ReportGatherer> logger)
{
    /// <summary>How long a silo is waited for: somebody looks at curves that go on every two seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = logger;

    public async Task<MonitoringReport> Gather()
    {
        var records = topology.View.Records.Where(record => record.Silo.Equals(topology.Silo) || oracle.GetApproximateSiloStatus(record.Silo) == SiloStatus.Active).ToList();
        var reports = await Task.WhenAll(records.Select(Ask));
        return new MonitoringReport
        {
            Silos = [.. reports.OfType<SiloReport>()],
            Unasked = [.. records.Where((_, i) => reports[i] is null).Select(static record => record.Name)],
        };
    }

    private async Task<SiloReport?> Ask(NodeRecord record)
    {
        if (record.Silo.Equals(topology.Silo)) return await own.Compose();
        // Cut off, it speaks to nobody: see Peers.
        if (topology.IsIsolated) return null;
        try
        {
            return await services.On(record.Silo).Report().WaitAsync(Patience, time);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            LogUnanswered(record.Silo, fault.Message);
            return null;
        }
    }

    [LoggerMessage(1802, LogLevel.Debug, "Silo {Silo} does not say what it measures: {Fault}", EventName = "ReportUnknown")]
    private partial void LogUnanswered(SiloAddress silo, string fault);
}
