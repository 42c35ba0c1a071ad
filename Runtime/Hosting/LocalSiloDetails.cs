using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

internal sealed class LocalSiloDetails : Runtime.ILocalSiloDetails
{
    public LocalSiloDetails(IOptions<SiloOptions> silo, IOptions<ClusterOptions> cluster, IOptions<EndpointOptions> endpoints)
    {
        var options = endpoints.Value;
        var address = options.AdvertisedIPAddress ?? LocalEndpoints.Resolve(null, AddressFamily.InterNetwork);
        var generation = Runtime.SiloAddress.AllocateNewGeneration();
        DnsHostName = Dns.GetHostName();
        ClusterId = cluster.Value.ClusterId;
        SiloAddress = Runtime.SiloAddress.New(address, options.SiloPort, generation);
        GatewayAddress = Runtime.SiloAddress.New(address, options.GatewayPort, generation);
        Name = string.IsNullOrEmpty(silo.Value.SiloName) ? $"Silo_{SiloAddress.GetConsistentHashCode():x8}" : silo.Value.SiloName;
    }

    public string Name { get; }

    public string ClusterId { get; }

    public string DnsHostName { get; }

    public Runtime.SiloAddress SiloAddress { get; }

    public Runtime.SiloAddress GatewayAddress { get; }
}
