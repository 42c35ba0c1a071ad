using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.Membership;
using Orleans.Runtime.MembershipService;

namespace Orleans.Hosting;

/// <summary>Clustering through a table in a database.</summary>
public static class AdoNetHostingExtensions
{
    public static ISiloBuilder UseAdoNetClustering(this ISiloBuilder builder, Action<AdoNetClusteringSiloOptions> configureOptions)
    {
        if (configureOptions is not null)
            builder.Services.Configure(configureOptions);
        builder.Services.AddSingleton<IMembershipTable, AdoNetClusteringTable>();
        return builder;
    }

    public static IClientBuilder UseAdoNetClustering(this IClientBuilder builder, Action<AdoNetClusteringClientOptions> configureOptions)
    {
        if (configureOptions is not null)
            builder.Services.Configure(configureOptions);
        builder.Services.AddSingleton<IGatewayListProvider, AdoNetGatewayListProvider>();
        return builder;
    }
}
