using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// Tells a client the gateways of the active silos in the cluster file, and those it is to use in any case (<see cref="FileClusteringOptions.FixedGateways"/>). No file yet means
/// no listed gateway yet, not an error; a file that cannot be read is one only for a client that has no others.
/// </summary>
public sealed partial class FileGatewayListProvider : IGatewayListProvider
{
    private readonly ClusterFile _file;
    private readonly string _clusterId;
    private readonly IReadOnlyCollection<IPEndPoint> _fixed;
    private readonly ILogger _logger;

    public FileGatewayListProvider(
        IOptions<FileClusteringOptions> options, IOptions<GatewayOptions> gateway, IOptions<ClusterOptions> cluster, TimeProvider time,
        ILogger<FileGatewayListProvider> logger)
        : this(new ClusterFile(options.Value, time), cluster.Value.ClusterId, gateway.Value.GatewayListRefreshPeriod, [.. options.Value.FixedGateways], logger)
    {
    }

    internal FileGatewayListProvider(
        ClusterFile file, string clusterId, TimeSpan maxStaleness, IReadOnlyCollection<IPEndPoint>? fixedGateways = null, ILogger? logger = null)
    {
        _file = file;
        _clusterId = clusterId;
        _fixed = fixedGateways ?? [];
        _logger = logger ?? NullLogger.Instance;
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
        var gateways = new List<Uri>();
        var listed = new HashSet<IPEndPoint>();
        foreach (var (endpoint, generation) in Listed())
        {
            if (listed.Add(endpoint)) gateways.Add(GatewayUri(endpoint, generation));
        }

        foreach (var endpoint in _fixed)
        {
            // Whichever process of the silo is behind it at the moment: generation 0 stands for any.
            if (listed.Add(endpoint)) gateways.Add(GatewayUri(endpoint, generation: 0));
        }

        return Task.FromResult<IList<Uri>>(gateways);
    }

    private IEnumerable<(IPEndPoint Endpoint, int Generation)> Listed()
    {
        if (Read() is not { } content) yield break;
        foreach (var member in content.Members)
        {
            // A silo without a gateway port serves no clients.
            if (ClusterFileRows.Status(member) != SiloStatus.Active || member.GatewayPort == 0) continue;
            var silo = SiloAddress.FromParsableString(member.Silo);
            yield return (new IPEndPoint(silo.Endpoint.Address, member.GatewayPort), silo.Generation);
        }
    }

    private ClusterFileContent? Read()
    {
        ClusterFileContent content;
        try
        {
            content = _file.Read();
        }
        catch (ClusterFileException fault) when (_fixed.Count > 0)
        {
            LogUnreadable(fault.Message);
            return null;
        }

        if (content.ClusterId.Length > 0 && content.ClusterId != _clusterId)
        {
            throw new ClusterFileException(
                $"The cluster file '{_file.FullPath}' belongs to cluster '{content.ClusterId}', this client to '{_clusterId}'.");
        }

        return content;
    }

    private static Uri GatewayUri(IPEndPoint endpoint, int generation) =>
        new(string.Create(CultureInfo.InvariantCulture, $"gwy.tcp://{endpoint}/{generation}"));

    [LoggerMessage(31, LogLevel.Warning, "The gateways of the cluster cannot be read; the fixed ones go on being used: {Fault}", EventName = "GatewaysUnreadable")]
    private partial void LogUnreadable(string fault);
}
