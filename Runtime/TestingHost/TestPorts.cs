using System.Net;
using System.Net.Sockets;

namespace Orleans.TestingHost;

/// <summary>Ports on loopback that nobody listens on at the moment.</summary>
internal static class TestPorts
{
    /// <summary>Two different ones: both are held until both are known.</summary>
    public static (int Silo, int Gateway) Next()
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        gateway.Start();
        return (((IPEndPoint)silo.LocalEndpoint).Port, ((IPEndPoint)gateway.LocalEndpoint).Port);
    }
}
