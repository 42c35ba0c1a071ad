using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime.MembershipService;

namespace Orleans.Runtime.Membership;

/// <summary>The gateways of the silos that are active by the membership table in a database.</summary>
public class AdoNetGatewayListProvider : IGatewayListProvider
{
    private readonly AdoNetClusteringClientOptions _options;
    private readonly string _cluster;
    private AdoNetQueries? _queries;

    public AdoNetGatewayListProvider(
        ILogger<AdoNetGatewayListProvider> logger,
        IServiceProvider serviceProvider,
        IOptions<AdoNetClusteringClientOptions> options,
        IOptions<GatewayOptions> gatewayOptions,
        IOptions<ClusterOptions> clusterOptions)
    {
        _options = options.Value;
        _cluster = clusterOptions.Value.ClusterId;
        MaxStaleness = gatewayOptions.Value.GatewayListRefreshPeriod;
    }

    public TimeSpan MaxStaleness { get; }

    public bool IsUpdatable => true;

    public async Task InitializeGatewayListProvider() =>
        _queries = await AdoNetQueries.Load(_options.Invariant, _options.ConnectionString).ConfigureAwait(false);

    public async Task<IList<Uri>> GetGateways()
    {
        var queries = _queries ?? throw new InvalidOperationException("The list of gateways is asked for before it was initialized.");
        return await queries.Query(
            AdoNetQueries.Gateways,
            AdoNetRows.ReadGateway,
            AdoNetQueries.Text("DeploymentId", _cluster),
            AdoNetQueries.Number("Status", (int)SiloStatus.Active)).ConfigureAwait(false);
    }
}
