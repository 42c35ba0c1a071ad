using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Hosting;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>A cluster of the store in this process, with one map authority for all of its silos.</summary>
public sealed class StoreCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private StoreCluster(InProcessTestCluster cluster, MemoryMapAuthority authority)
    {
        _cluster = cluster;
        Authority = authority;
    }

    public MemoryMapAuthority Authority { get; }

    public IGrainFactory Grains => _cluster.Client;

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    /// <summary>Long enough that what dies together leaves together, short enough for a test.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    /// <summary>Starts a cluster and waits until every silo has the first map, unless there are too few silos for one.</summary>
    public static async Task<StoreCluster> Start(short silos = 3, int? formation = null, Action<string, ISiloBuilder>? configure = null)
    {
        var authority = new MemoryMapAuthority();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((specific, silo) =>
        {
            EndsAlone.Use(silo);
            silo.Services.AddSingleton<IMapAuthority>(authority);
            silo.Configure<TopologyOptions>(options =>
            {
                options.FormationSize = formation ?? silos;
                options.Grace = Grace;
            });
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(1);
                options.NumMissedProbesLimit = 2;
                options.NumVotesForDeathDeclaration = 1;
            });
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
            configure?.Invoke(specific.SiloName, silo);
            silo.AddKeyValueStore();
        });
        builder.ConfigureHost(host => host.Logging.SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5)));
        var cluster = new StoreCluster(builder.Build(), authority);
        await cluster._cluster.DeployAsync();
        if (silos >= (formation ?? silos)) await cluster.Formed();
        return cluster;
    }

    public Task Formed() => Eventually.Seen(
        "a map on every silo", () => string.Join(' ', Silos.Select(EpochOf)), epochs => !epochs.Split(' ').Contains("0"));

    public T Service<T>(InProcessSiloHandle silo)
        where T : notnull =>
        _cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<T>();

    public IKeyGrain Key(string key) => Grains.GetGrain<IKeyGrain>(key);

    /// <summary>The coordinator of that very silo.</summary>
    public ICoordinatorGrain Coordinator(InProcessSiloHandle silo) => Service<IGrainFactory>(silo).GetGrain<ICoordinatorGrain>(0);

    public NodeId NodeOf(InProcessSiloHandle silo) => Service<TopologyAgent>(silo).Self;

    /// <summary>The topology grain, asked by way of that silo: the client's own gateway may be the one that has died.</summary>
    public ITopologyGrain Topology(InProcessSiloHandle silo) => Service<IGrainFactory>(silo).GetGrain<ITopologyGrain>(0);

    public ClusterMap? MapOf(InProcessSiloHandle silo) => Service<TopologyAgent>(silo).View.Map;

    /// <summary>Waits until every one of these silos has a stable map of exactly these.</summary>
    public Task<TimeSpan> Converged(params IReadOnlyCollection<InProcessSiloHandle> silos) => Eventually.Seen(
        $"a stable map of {string.Join(", ", silos.Select(silo => silo.Name))}",
        () => string.Join("; ", silos.Select(silo => $"{silo.Name}: {MapOf(silo)}")),
        _ => silos.All(silo => MapOf(silo) is { IsStable: true } map && map.Newest.Nodes.SequenceEqual(silos.Select(NodeOf).Order())),
        TimeSpan.FromSeconds(40));

    public ProposingCounters CountersOf(InProcessSiloHandle silo) => Service<ProposingCounters>(silo);

    /// <summary>The silo that hosts the key's grain at present.</summary>
    public async Task<InProcessSiloHandle> HostOf(string key)
    {
        var reply = await Key(key).Execute(new Origin().Fetch());
        return Silos.Single(silo => silo.Name == reply.Silo);
    }

    public Task Kill(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    /// <summary>Starts a silo in the place of one that was killed or stopped: same name and ports, another process as far as the others can tell.</summary>
    public async Task<InProcessSiloHandle> Restart(InProcessSiloHandle silo) => (await _cluster.RestartSiloAsync(silo))!;

    public Task Stop(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo);

    public Task<InProcessSiloHandle> Add() => _cluster.StartAdditionalSiloAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    private long EpochOf(InProcessSiloHandle silo) => Service<TopologyAgent>(silo).View.Epoch.Number;
}
