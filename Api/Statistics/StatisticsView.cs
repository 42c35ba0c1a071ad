using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Api.Statistics;

/// <summary>What there is to show at one moment.</summary>
/// <param name="Report">What the silos said last.</param>
/// <param name="Points">The curves, oldest first.</param>
/// <param name="Former">What each silo said before that.</param>
/// <param name="Grains">What was counted of each grain class in the last minute.</param>
internal sealed record StatisticsView(
    MonitoringReport Report, StatisticsPoint[] Points, IReadOnlyDictionary<string, SiloReport> Former, IReadOnlyDictionary<string, CallInterval> Grains)
{
    /// <summary>How many processors the silo has kept busy since its last report; null where that is not known.</summary>
    public double? ProcessorsOf(SiloReport silo) => Before(silo) is { } before ? (silo.Processor - before.Processor) / 1000.0 / (silo.Uptime - before.Uptime) : null;

    /// <summary>How many operations the silo carries out in a second; null where that is not known.</summary>
    public double? OperationsOf(SiloReport silo) => Before(silo) is { } before
        ? (silo.Operations.Sum(static counts => counts.Calls) - before.Operations.Sum(static counts => counts.Calls)) * 1000.0 / (silo.Uptime - before.Uptime)
        : null;

    private SiloReport? Before(SiloReport silo) =>
        Former.TryGetValue(silo.Name, out var before) && before.Incarnation == silo.Incarnation && before.Uptime < silo.Uptime ? before : null;
}
