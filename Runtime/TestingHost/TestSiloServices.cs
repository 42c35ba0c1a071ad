using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>What every silo and client of a test cluster gets, before the test's own configuration.</summary>
internal static class TestSiloServices
{
    public static void ConfigureSilo(
        ISiloBuilder silo, string name, int siloPort, int gatewayPort, string clusterId, string serviceId, IMembershipTable? table)
    {
        silo.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = clusterId;
            options.ServiceId = serviceId;
        });
        silo.Configure<SiloOptions>(options => options.SiloName = name);
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Loopback;
            options.SiloPort = siloPort;
            options.GatewayPort = gatewayPort;
        });
        if (table is not null)
            silo.Services.Replace(ServiceDescriptor.Singleton(table));
        silo.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, TestClusterFatalErrorHandler>());
    }

    public static void ConfigureClient(IClientBuilder client, string clusterId, string serviceId, IMembershipTable? table)
    {
        client.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = clusterId;
            options.ServiceId = serviceId;
        });
        if (table is not null)
            client.Services.Replace(ServiceDescriptor.Singleton<IGatewayListProvider>(new TableGatewayListProvider(table)));
    }
}
