using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Orleans.Hosting;

public static partial class ClientBuilderExtensions
{
    /// <summary>A client of silos on this machine that <c>UseLocalhostClustering</c> set up.</summary>
    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder,
        int gatewayPort = 30000,
        string serviceId = ClusterOptions.DevelopmentServiceId,
        string clusterId = ClusterOptions.DevelopmentClusterId) =>
        builder.UseLocalhostClustering([gatewayPort], serviceId, clusterId);

    /// <summary>A client of silos on this machine that <c>UseLocalhostClustering</c> set up.</summary>
    public static IClientBuilder UseLocalhostClustering(
        this IClientBuilder builder,
        int[] gatewayPorts,
        string serviceId = ClusterOptions.DevelopmentServiceId,
        string clusterId = ClusterOptions.DevelopmentClusterId)
    {
        builder.UseStaticClustering([.. gatewayPorts.Select(port => new IPEndPoint(IPAddress.Loopback, port))]);
        DevelopmentClustering.NameCluster(builder.Services, serviceId, clusterId);
        return builder;
    }

    /// <summary>A client that is told its gateways.</summary>
    public static IClientBuilder UseStaticClustering(this IClientBuilder builder, params IPEndPoint[] endpoints) =>
        builder.UseStaticClustering(
            (StaticGatewayListProviderOptions options) => options.Gateways = [.. endpoints.Select(endpoint => GatewayUri.From(endpoint))]);

    /// <summary>A client that is told its gateways.</summary>
    public static IClientBuilder UseStaticClustering(
        this IClientBuilder builder, Action<StaticGatewayListProviderOptions> configureOptions) =>
        builder.UseStaticClustering((OptionsBuilder<StaticGatewayListProviderOptions> options) => options.Configure(configureOptions));

    /// <summary>A client that is told its gateways.</summary>
    public static IClientBuilder UseStaticClustering(
        this IClientBuilder builder, Action<OptionsBuilder<StaticGatewayListProviderOptions>> configureOptions)
    {
        configureOptions?.Invoke(builder.Services.AddOptions<StaticGatewayListProviderOptions>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IGatewayListProvider, StaticGatewayListProvider>());
        return builder;
    }
}
