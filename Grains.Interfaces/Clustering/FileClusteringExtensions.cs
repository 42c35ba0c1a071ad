using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Messaging;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Clustering for silos and clients that share one machine: membership and cluster map in one file.</summary>
public static class FileClusteringExtensions
{
    /// <summary>The cluster id and service id of a cluster in a file, unless they are configured after this.</summary>
    public const string ClusterName = "kv";

    /// <summary>Keeps this silo's membership table and the cluster map in the file at <paramref name="path"/>.</summary>
    public static ISiloBuilder UseFileClustering(this ISiloBuilder builder, string path)
    {
        AddFile(builder.Services, path);
        builder.Services.AddSingleton<IMembershipTable, FileMembershipTable>();
        builder.Services.AddSingleton<IMapAuthority, FileMapAuthority>();
        return builder;
    }

    /// <summary>Finds the cluster's gateways in the file at <paramref name="path"/>, and uses <paramref name="fixedGateways"/> besides, whether they are listed or not.</summary>
    public static IClientBuilder UseFileClustering(this IClientBuilder builder, string path, IEnumerable<IPEndPoint>? fixedGateways = null)
    {
        AddFile(builder.Services, path);
        builder.Services.Configure<FileClusteringOptions>(options =>
        {
            foreach (var gateway in fixedGateways ?? []) options.FixedGateways.Add(gateway);
        });
        builder.Services.AddSingleton<IGatewayListProvider, FileGatewayListProvider>();
        return builder;
    }

    private static void AddFile(IServiceCollection services, string path)
    {
        services.TryAddSingleton(TimeProvider.System);
        // One file holds one cluster, so its silos and clients need no names of their own to find each other.
        services.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (ClusterName, ClusterName));
        services.AddOptions<FileClusteringOptions>()
            .Configure(options => options.Path = path)
            .Validate(options => !string.IsNullOrWhiteSpace(options.Path), "File clustering needs the path of the cluster file.")
            .Validate(options => options.LockTimeout > TimeSpan.Zero, "FileClusteringOptions.LockTimeout must be positive.");
    }
}
