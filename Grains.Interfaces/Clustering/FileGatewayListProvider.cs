using System.Globalization;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>Tells a client the gateways of the active silos in the cluster file. No file yet means no gateway yet, not an error.</summary>
public sealed class FileGatewayListProvider : IGatewayListProvider
{
    private readonly ClusterFile _file;
    private readonly string _clusterId;

    public FileGatewayListProvider(
        IOptions<FileClusteringOptions> options, IOptions<GatewayOptions> gateway, IOptions<ClusterOptions> cluster, TimeProvider time)
        : this(new ClusterFile(options.Value, time), cluster.Value.ClusterId, gateway.Value.GatewayListRefreshPeriod)
    {
    }

    internal FileGatewayListProvider(ClusterFile file, string clusterId, TimeSpan maxStaleness)
    {
        _file = file;
        _clusterId = clusterId;
        MaxStaleness = maxStaleness;
    }

    /// <inheritdoc/>
    public TimeSpan MaxStaleness { get; }

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <inheritdoc/>
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<IList<Uri>> GetGateways()
    {
        var content = _file.Read();
        if (content.ClusterId.Length > 0 && content.ClusterId != _clusterId)
        {
            throw new ClusterFileException(
                $"The cluster file '{_file.FullPath}' belongs to cluster '{content.ClusterId}', this client to '{_clusterId}'.");
        }

        var gateways = new List<Uri>(content.Members.Length);
        foreach (var member in content.Members)
        {
            // A silo without a gateway port serves no clients.
            if (ClusterFileRows.Status(member) != SiloStatus.Active || member.GatewayPort == 0) continue;
            gateways.Add(GatewayUri(SiloAddress.FromParsableString(member.Silo), member.GatewayPort));
        }

        return Task.FromResult<IList<Uri>>(gateways);
    }

    private static Uri GatewayUri(SiloAddress silo, int port)
    {
        var endpoint = new System.Net.IPEndPoint(silo.Endpoint.Address, port);
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"gwy.tcp://{endpoint}/{silo.Generation}"));
    }
}
