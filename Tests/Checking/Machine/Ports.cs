using System.Net;
using System.Net.Sockets;

namespace Orleans.Kv.Tests.Checking.Machine;

/// <summary>Ports for processes and hosts that tests start.</summary>
public static class Ports
{
    /// <summary>A port on loopback that nobody listened on a moment ago.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
