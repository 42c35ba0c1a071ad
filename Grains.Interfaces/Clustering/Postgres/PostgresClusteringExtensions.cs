using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Messaging;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Clustering for silos and clients on several machines: membership and cluster map in a PostgreSQL database.</summary>
public static class PostgresClusteringExtensions
{
    /// <summary>Keeps this silo's membership table and the cluster map in a database. The cluster's id is configured beside it: one database holds many clusters.</summary>
    /// <param name="builder">The silo's.</param>
    /// <param name="connectionString">As <see cref="PostgresConnection.Complete"/> returns it.</param>
    public static ISiloBuilder UsePostgresClustering(this ISiloBuilder builder, string connectionString)
    {
        Add(builder.Services, connectionString, []);
        builder.UseAdoNetClustering((AdoNetClusteringSiloOptions options) => (options.Invariant, options.ConnectionString) = (PostgresMembershipTable.Invariant, connectionString));
        // In the place of the engine's own, around which it is.
        builder.Services.AddSingleton<IMembershipTable, PostgresMembershipTable>();
        builder.Services.AddSingleton<IMapAuthority, PostgresMapAuthority>();
        return builder;
    }

    /// <summary>Finds the cluster's gateways in a database, and uses <paramref name="fixedGateways"/> besides, whether they are listed or not.</summary>
    public static IClientBuilder UsePostgresClustering(this IClientBuilder builder, string connectionString, IEnumerable<IPEndPoint>? fixedGateways = null)
    {
        Add(builder.Services, connectionString, fixedGateways ?? []);
        builder.UseAdoNetClustering((AdoNetClusteringClientOptions options) => (options.Invariant, options.ConnectionString) = (PostgresMembershipTable.Invariant, connectionString));
        builder.Services.AddSingleton<IGatewayListProvider, PostgresGatewayListProvider>();
        return builder;
    }

    private static void Add(IServiceCollection services, string connectionString, IEnumerable<IPEndPoint> fixedGateways) =>
        services.Configure<PostgresClusteringOptions>(options =>
        {
            options.ConnectionString = connectionString;
            foreach (var gateway in fixedGateways) options.FixedGateways.Add(gateway);
        });
}
