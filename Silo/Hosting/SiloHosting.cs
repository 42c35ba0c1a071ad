using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Kv.Grains.Hosting;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Kv.Silo.Isolation;

namespace Orleans.Kv.Silo.Hosting;

/// <summary>The silo of this process: the store on the clustering that was asked for, with a membership that notices a death within seconds.</summary>
internal static class SiloHosting
{
    /// <summary>
    /// A row that has not been renewed for this many periods is not waited for by those who join. Where the last active silo of the table has died with nobody left to vote it out, this is
    /// what lets the others in again; it costs a write of the table per silo and period.
    /// </summary>
    private const int MissedHeartbeats = 3;

    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(5);

    private static TimeSpan StalePeriod => HeartbeatPeriod * MissedHeartbeats;

    public static PeerProbe CreateProbe(SiloHostOptions options, SiloMemory memory, TimeProvider time, ILogger<PeerProbe> logger)
    {
        var (authority, membership) = options.Cluster.Open(options.ClusterFile, time);
        return new PeerProbe(options.Name, authority, membership, StalePeriod, memory, time, logger);
    }

    /// <summary>Puts the store's silo into a host.</summary>
    /// <param name="builder">The host's.</param>
    /// <param name="options">What the process was started with.</param>
    /// <param name="memory">What the process keeps from one host to the next.</param>
    /// <param name="tls">What it proves itself by; null where it need not.</param>
    /// <param name="isolated">Alone, on a membership of its own and with the map as it was last known, instead of on the shared ones.</param>
    /// <param name="fence">Raised when the host is thrown away, to keep it from what is shared.</param>
    /// <param name="declaredDead">Called when the silo learns that the others have declared it dead.</param>
    public static void AddStoreSilo(
        this HostApplicationBuilder builder, SiloHostOptions options, SiloMemory memory, ClusterTls? tls, bool isolated, HostFence fence, Action declaredDead) => builder.UseOrleans(silo =>
    {
        options.Cluster.Use(silo, options.ClusterFile);
        Fence<IMembershipTable>(silo.Services, table => new FencedMembershipTable(table, fence));
        Fence<IMapAuthority>(silo.Services, authority => new FencedMapAuthority(authority, fence));
        if (isolated)
        {
            // In the place of the shared ones.
            silo.Services.AddSingleton<IMembershipTable, IsolatedMembershipTable>();
            silo.Services.AddSingleton<IMapAuthority>(new IsolatedMapAuthority(memory));
        }

        if (tls is not null) silo.UseClusterTls(tls);
        silo.Configure<SiloOptions>(names => names.SiloName = options.Name);
        silo.ConfigureEndpoints(options.Address, options.SiloPort, options.GatewayPort);
        silo.Configure<ClusterMembershipOptions>(NoticeDeathsSoon);
        // Nothing in the store waits this long; it bounds the engine's own calls, whose default of 30 s would outlast every failover.
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(5));
        // A key's grain is cheap to make again and costs about a kilobyte while it waits: minutes of rest are enough.
        silo.Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromMinutes(5));
        silo.Configure<TopologyOptions>(topology => topology.FormationSize = options.FormationSize);
        silo.Configure<TrafficOptions>(traffic => traffic.BatchesInFlight = options.BatchesInFlight);
        silo.Services.AddSingleton(memory);
        silo.AddKeyValueStore();
        if (options.OrleansDashboard) silo.AddDashboard(dashboard => dashboard.HideTrace = true);
        silo.Services.AddSingleton<IFatalErrorHandler>(services =>
            new FatalErrors(services, fence, declaredDead, services.GetRequiredService<ILogger<FatalErrors>>()));
    });

    /// <summary>Puts the fence around the one that the host would use.</summary>
    private static void Fence<TShared>(IServiceCollection services, Func<TShared, TShared> wrap) where TShared : class
    {
        var shared = services.Last(service => service.ServiceType == typeof(TShared)).ImplementationType!;
        services.AddSingleton(shared);
        services.AddSingleton(provider => wrap((TShared)provider.GetRequiredService(shared)));
    }

    /// <summary>
    /// A silo that is declared dead has to begin a new life in the cluster, and may have left the map by then; so the verdict takes five missed probes and two judges, who
    /// would both have to be mistaken: a pause of three seconds is replayed, not a death. A process that is gone refuses its probes, and is declared dead within a second or two. No user waits for it: until then coordinators serve the silo's keys.
    /// </summary>
    private static void NoticeDeathsSoon(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.NumMissedProbesLimit = 5;
        membership.NumVotesForDeathDeclaration = 2;
        // The second judge is asked by its own probes. In Orleans 10.2.2 one that is asked to probe for another answers as late as the other gives up waiting, so that a hung silo may live on for ever.
        membership.EnableIndirectProbes = false;
        // A silo that the others have given up while they could not reach it learns of it here: it is of no use until then.
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(2);
        membership.IAmAliveTablePublishTimeout = HeartbeatPeriod;
        membership.NumMissedTableIAmAliveLimit = MissedHeartbeats;
    }
}
