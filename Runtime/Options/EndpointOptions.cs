using System.Net;

namespace Orleans.Configuration;

public class EndpointOptions
{
    /// <summary>The address that others use. Where none is given: the first address of this machine, else loopback.</summary>
    public IPAddress? AdvertisedIPAddress { get; set; }

    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for clients; 0 for none.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>Where to listen for silos, if not on the advertised address.</summary>
    public IPEndPoint? SiloListeningEndpoint { get; set; }

    /// <summary>Where to listen for clients, if not on the advertised address.</summary>
    public IPEndPoint? GatewayListeningEndpoint { get; set; }
}
