using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace Orleans.Dashboard;

/// <summary>Asks every active silo; one that does not answer in time is named instead.</summary>
[StatelessWorker, Reentrant, NoProfiling]
internal sealed class DashboardGrain(IServiceProvider services) : Grain, IDashboardGrain
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<DashboardReport> Gather()
    {
        var client = services.GetService<DashboardServiceClient>()
            ?? throw new InvalidOperationException($"This silo has no dashboard: call {nameof(ServiceCollectionExtensions.AddDashboard)} on its builder.");
        var hosts = await GrainFactory.GetGrain<IManagementGrain>(0).GetDetailedHosts();
        var missing = new List<string>();
        var silos = await Task.WhenAll(hosts.Where(host => host.Status == SiloStatus.Active).Select(host => Ask(client, host, missing)));
        return new DashboardReport { Hosts = hosts, Silos = [.. silos.OfType<SiloProfile>()], Missing = [.. missing] };
    }

    private static async Task<SiloProfile?> Ask(DashboardServiceClient client, MembershipEntry host, List<string> missing)
    {
        try
        {
            return await client.On(host.SiloAddress).Profile().WaitAsync(Patience);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            missing.Add($"{host.SiloName} does not answer: {fault.Message}");
            return null;
        }
    }
}

/// <summary>One silo's part of the answer.</summary>
[Reentrant, NoProfiling]
internal sealed class DashboardService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory, GrainProfiler profiler, ActivationStatistics statistics, ILocalSiloDetails local)
    : GrainService(grainId, silo, loggerFactory), IDashboardService
{
    public Task<SiloProfile> Profile() => Task.FromResult(new SiloProfile
    {
        Silo = local.SiloAddress,
        Memory = Environment.WorkingSet,
        Activations = [.. statistics.CountByClass().Select(count => new SimpleGrainStatistic { GrainType = count.Key, SiloAddress = local.SiloAddress, ActivationCount = count.Value })],
        Methods = [.. profiler.Look()],
    });
}

/// <summary>Gives the reference of the dashboard's service on a given silo.</summary>
internal sealed class DashboardServiceClient(IServiceProvider services) : GrainServiceClient<IDashboardService>(services)
{
    public IDashboardService On(SiloAddress silo) => GetGrainService(silo);
}
