using System.Net;
using System.Net.Sockets;

namespace Orleans.TestingHost;

/// <summary>Ports on loopback that nobody listens on, for silos that may be stopped and started again in their places.</summary>
internal static class TestPorts
{
    // Below the range from which systems take ports for outgoing connections: one of those would hold the port of a silo that is being restarted.
    private const int First = 10_000;
    private const int Count = 10_000;

    private static readonly Lock Gate = new();

    // Every process begins somewhere else, and goes on from there.
    private static int _next = Environment.ProcessId * 97 % Count;

    /// <summary>Two different ones that this process has not given away in its last thousands.</summary>
    public static (int Silo, int Gateway) Next()
    {
        lock (Gate)
            return (NextFree(), NextFree());
    }

    private static int NextFree()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (_next++ % Count);
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free on loopback.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
