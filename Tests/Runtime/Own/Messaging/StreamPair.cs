using System.Net;
using System.Net.Sockets;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

/// <summary>Two ends of a TCP connection on loopback.</summary>
internal static class StreamPair
{
    public static async Task<(NetworkStream First, NetworkStream Second)> Connect()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var connecting = first.ConnectAsync(listener.LocalEndpoint);
        var second = await listener.AcceptSocketAsync();
        await connecting;
        return (new NetworkStream(first, ownsSocket: true), new NetworkStream(second, ownsSocket: true));
    }
}
