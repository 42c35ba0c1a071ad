using System.Net;
using Orleans.Messaging;

namespace Orleans.Kv.Tests.Runtime.Host.Clustering;

/// <summary>The gateways of the silos that a <see cref="SharedFileTable"/> calls active.</summary>
public sealed class SharedFileGateways(string path) : IGatewayListProvider
{
    private readonly SharedFileTable _table = new(path);

    public TimeSpan MaxStaleness => TimeSpan.FromSeconds(1);

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        var table = await _table.ReadAll();
        return
        [
            .. table.Members.Select(row => row.Item1)
                .Where(entry => entry.Status == SiloStatus.Active && entry.ProxyPort > 0)
                .Select(entry => new IPEndPoint(entry.SiloAddress.Endpoint.Address, entry.ProxyPort))
                .Select(endpoint => new Uri($"gwy.tcp://{endpoint}/0")),
        ];
    }
}
