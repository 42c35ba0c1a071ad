using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>What makes the silo's <see cref="SiloReporter"/> reachable for other silos.</summary>
[Reentrant]
internal sealed class MonitoringService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory, SiloReporter reporter, GrainMeters meters)
    : GrainService(grainId, silo, loggerFactory), IMonitoringService, IIncomingGrainCallFilter
{
    public Task<SiloReport> Report() => reporter.Compose();

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => meters.Measure(context);
}
