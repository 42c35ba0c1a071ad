using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.MembershipService;

namespace Orleans.Hosting;

public static partial class CoreHostingExtensions
{
    /// <summary>A silo on loopback, clustered with others on this machine through the primary one (by default this one).</summary>
    public static ISiloBuilder UseLocalhostClustering(
        this ISiloBuilder builder,
        int siloPort = 11111,
        int gatewayPort = 30000,
        IPEndPoint? primarySiloEndpoint = null,
        string serviceId = ClusterOptions.DevelopmentServiceId,
        string clusterId = ClusterOptions.DevelopmentClusterId)
    {
        builder.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = IPAddress.Loopback;
            options.SiloPort = siloPort;
            options.GatewayPort = gatewayPort;
        });
        DevelopmentClustering.NameCluster(builder.Services, serviceId, clusterId);
        return builder.UseDevelopmentClustering(primarySiloEndpoint);
    }

    /// <summary>Clustering through a primary silo that holds the membership table in memory: nothing to install, and no survivor without it.</summary>
    public static ISiloBuilder UseDevelopmentClustering(this ISiloBuilder builder, IPEndPoint? primarySiloEndpoint) =>
        builder.UseDevelopmentClustering((DevelopmentClusterMembershipOptions options) => options.PrimarySiloEndpoint = primarySiloEndpoint);

    /// <inheritdoc cref="UseDevelopmentClustering(ISiloBuilder, IPEndPoint?)"/>
    public static ISiloBuilder UseDevelopmentClustering(
        this ISiloBuilder builder, Action<DevelopmentClusterMembershipOptions> configureOptions) =>
        builder.UseDevelopmentClustering((OptionsBuilder<DevelopmentClusterMembershipOptions> options) => options.Configure(configureOptions));

    /// <inheritdoc cref="UseDevelopmentClustering(ISiloBuilder, IPEndPoint?)"/>
    public static ISiloBuilder UseDevelopmentClustering(
        this ISiloBuilder builder, Action<OptionsBuilder<DevelopmentClusterMembershipOptions>> configureOptions)
    {
        configureOptions?.Invoke(builder.Services.AddOptions<DevelopmentClusterMembershipOptions>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IMembershipTable, PrimarySiloMembershipTable>());
        return builder;
    }
}
