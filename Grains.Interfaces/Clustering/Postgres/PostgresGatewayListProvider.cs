using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.Membership;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// Tells a client the gateways that the database lists, and those it is to use in any case. While the database is away the list is the one that was read last: traffic goes on. Only a client
/// that has never read one, and has no gateway of its own, has to wait.
/// </summary>
public sealed partial class PostgresGatewayListProvider : IGatewayListProvider
{
    private readonly AdoNetGatewayListProvider _provider;
    private readonly string _connectionString;
    private readonly IReadOnlyList<Uri> _fixed;
    private readonly ILogger<PostgresGatewayListProvider> _logger;
    private IReadOnlyList<Uri>? _listed;
    private bool _isInitialized;
    private bool _isAway;

    public PostgresGatewayListProvider(
        IOptions<PostgresClusteringOptions> options, IOptions<GatewayOptions> gateway, IOptions<ClusterOptions> cluster, IServiceProvider services,
        ILogger<AdoNetGatewayListProvider> providerLogger, ILogger<PostgresGatewayListProvider> logger)
    {
        _connectionString = options.Value.ConnectionString;
        var engine = Options.Create(new AdoNetClusteringClientOptions { Invariant = PostgresMembershipTable.Invariant, ConnectionString = _connectionString });
        _provider = new AdoNetGatewayListProvider(providerLogger, services, engine, gateway, cluster);
        // Whichever process of the silo is behind it at the moment: generation 0 stands for any.
        _fixed = [.. options.Value.FixedGateways.Select(endpoint => new Uri(string.Create(CultureInfo.InvariantCulture, $"gwy.tcp://{endpoint}/0")))];
        _logger = logger;
    }

    /// <inheritdoc/>
    public TimeSpan MaxStaleness => _provider.MaxStaleness;

    /// <inheritdoc/>
    public bool IsUpdatable => true;

    /// <summary>With the first reading, so that a database that is away then costs a try and not the client.</summary>
    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<IList<Uri>> GetGateways()
    {
        try
        {
            _listed = await PostgresFaults.Guard(_connectionString, Read).ConfigureAwait(false);
            if (_isAway) LogBack();
            _isAway = false;
        }
        catch (ClusterDatabaseException fault) when (_listed is not null || _fixed.Count > 0)
        {
            // Once, and not with every look.
            if (!_isAway) LogAway(fault.Message);
            _isAway = true;
        }

        var listed = (_listed ?? []).Select(EndpointOf).ToHashSet();
        return [.. _listed ?? [], .. _fixed.Where(gateway => !listed.Contains(EndpointOf(gateway)))];
    }

    private async Task<IReadOnlyList<Uri>> Read()
    {
        if (!_isInitialized) await _provider.InitializeGatewayListProvider().ConfigureAwait(false);
        _isInitialized = true;
        // A silo that died and was started again may be listed twice for a moment: the newer one has the port.
        var listed = await _provider.GetGateways().ConfigureAwait(false);
        return [.. listed.GroupBy(EndpointOf).Select(same => same.MaxBy(GenerationOf)!)];
    }

    private static string EndpointOf(Uri gateway) => gateway.Authority;

    private static int GenerationOf(Uri gateway) => int.Parse(gateway.AbsolutePath.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    [LoggerMessage(32, LogLevel.Warning, "The gateways of the cluster cannot be read; those that are known go on being used: {Fault}", EventName = "GatewaysUnreadable")]
    private partial void LogAway(string fault);

    [LoggerMessage(33, LogLevel.Information, "The gateways of the cluster can be read again", EventName = "GatewaysReadable")]
    private partial void LogBack();
}
