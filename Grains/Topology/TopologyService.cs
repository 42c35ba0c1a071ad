using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Grains.Leaving;
using Orleans.Kv.Grains.Migration;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>What makes the silo's <see cref="TopologyAgent"/> and <see cref="Migrator"/> reachable for the leader.</summary>
[Reentrant]
internal sealed class TopologyService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory, TopologyAgent agent, Migrator migrator, Leavers leavers, GrainMeters meters)
    : GrainService(grainId, silo, loggerFactory), ITopologyService, IIncomingGrainCallFilter
{
    public async Task<long> Hear(long epoch)
    {
        if (agent.View.Epoch.Number < epoch) await agent.ReadAuthority(CancellationToken.None);
        return agent.View.Epoch.Number;
    }

    public async Task<MigrationReport> Migrate(MigrationOrder order)
    {
        if (agent.View.Epoch.Number < order.Epoch) await agent.ReadAuthority(CancellationToken.None);
        return migrator.Take(order);
    }

    public Task Leaving(SiloAddress silo)
    {
        leavers.Add(silo);
        return Task.CompletedTask;
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => meters.Measure(context);
}
