using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Hosting;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Topology;
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

    /// <summary>Starts a cluster and waits until every silo has the first map, unless there are too few silos for one.</summary>
    public static async Task<StoreCluster> Start(short silos = 3, int? formation = null, Action<string, ISiloBuilder>? configure = null)
    {
        var authority = new MemoryMapAuthority();
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((specific, silo) =>
        {
            silo.Services.AddSingleton<IMapAuthority>(authority);
            silo.Configure<TopologyOptions>(options => options.FormationSize = formation ?? silos);
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(1);
                options.NumMissedProbesLimit = 2;
                options.NumVotesForDeathDeclaration = 1;
                options.EnableConnectionLivenessCheck = false;
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

    public NodeId NodeOf(InProcessSiloHandle silo) => new(silo.Name, Service<IRegisterStorage>(silo).Store);

    public ProposingCounters CountersOf(InProcessSiloHandle silo) => Service<ProposingCounters>(silo);

    /// <summary>The silo that hosts the key's grain at present.</summary>
    public async Task<InProcessSiloHandle> HostOf(string key)
    {
        var reply = await Key(key).Execute(new Origin().Fetch());
        return Silos.Single(silo => silo.Name == reply.Silo);
    }

    public Task Kill(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    public Task<InProcessSiloHandle> Add() => _cluster.StartAdditionalSiloAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    private long EpochOf(InProcessSiloHandle silo) => Service<TopologyAgent>(silo).View.Epoch.Number;
}
