using System.Net;
using System.Net.Sockets;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>The addresses of this machine.</summary>
internal static class LocalEndpoints
{
    /// <summary>An address of the named host, by default of this one: one that others can reach before loopback.</summary>
    public static IPAddress Resolve(string? hostname, AddressFamily family)
    {
        if (hostname is not null && IPAddress.TryParse(hostname, out var given))
        {
            return given;
        }

        var addresses = Dns.GetHostAddresses(hostname ?? Dns.GetHostName(), family);
        return addresses.FirstOrDefault(address => !IPAddress.IsLoopback(address))
            ?? addresses.FirstOrDefault()
            ?? throw new OrleansConfigurationException($"Host '{hostname ?? Dns.GetHostName()}' has no {family} address.");
    }
}
