using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Kv.Tests.Runtime.Host.Clustering;
using Orleans.Kv.Tests.Runtime.Host.Placement;
using Orleans.Kv.Tests.Runtime.Host.Services;

namespace Orleans.Kv.Tests.Runtime.Host;

/// <summary>What every silo of these tests has in common, and how one in a process of its own is set up.</summary>
public static class TestSilo
{
    public const string ClusterId = "engine-tests";

    /// <summary>A silo that misses two probes of this length is voted out.</summary>
    public static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(1);

    public static void Configure(ISiloBuilder silo)
    {
        silo.AddPlacementDirector<NamedSiloPlacement, NamedSiloDirector>();
        silo.AddGrainService<EchoService>();
        silo.Services.AddSingleton<IEchoServiceClient, EchoServiceClient>();
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = ProbeTimeout;
            options.NumMissedProbesLimit = 2;
            options.NumVotesForDeathDeclaration = 2;
            options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            // With them a silo that hangs may never be declared dead by Orleans 10.2.2 (docs/engine.md).
            options.EnableIndirectProbes = false;
            options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(10);
            options.MaxJoinAttemptTime = TimeSpan.FromSeconds(20);
        });
    }

    public static void ConfigureProcess(ISiloBuilder silo, HostArguments arguments)
    {
        Configure(silo);
        silo.ConfigureEndpoints(IPAddress.Loopback, arguments.SiloPort, arguments.GatewayPort);
        silo.Configure<SiloOptions>(options => options.SiloName = arguments.Name);
        silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = ClusterId);
        silo.Services.AddSingleton<IMembershipTable>(new SharedFileTable(arguments.TableFile));
    }

    public static void ConfigureClient(IClientBuilder client, string tableFile)
    {
        client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = ClusterId);
        client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1));
        client.Services.AddSingleton<Orleans.Messaging.IGatewayListProvider>(new SharedFileGateways(tableFile));
    }
}
