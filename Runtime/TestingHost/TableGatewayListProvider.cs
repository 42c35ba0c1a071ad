using System.Net;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Orleans.TestingHost;

/// <summary>The gateways of the silos that a table in this process calls active.</summary>
internal sealed class TableGatewayListProvider(IMembershipTable table) : IGatewayListProvider
{
    /// <summary>Reading the table costs nothing, so a test's client knows within this time what happened to its gateways.</summary>
    public TimeSpan MaxStaleness => TimeSpan.FromMilliseconds(500);

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        var data = await table.ReadAll();
        return
        [
            .. data.Members
                .Select(row => row.Item1)
                .Where(entry => entry.Status == SiloStatus.Active && entry.ProxyPort > 0)
                .Select(entry => GatewayUri.From(new IPEndPoint(entry.SiloAddress.Endpoint.Address, entry.ProxyPort))),
        ];
    }
}
