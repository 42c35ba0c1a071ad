using System.Net;
using System.Net.Sockets;

namespace Orleans.Kv.Tests.Runtime.Processes;

/// <summary>Ports on loopback for processes that are killed and started again in their places.</summary>
internal static class Ports
{
    // Below the range from which systems take ports for outgoing connections: one of those would hold the port of a process that is being restarted.
    private const int First = 5_000;
    private const int Count = 5_000;

    private static int _next = Environment.ProcessId * 97 % Count;

    /// <summary>One that nobody listens on, and that this process has not given away in its last thousands.</summary>
    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (Interlocked.Increment(ref _next) % Count);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // In use; the next one.
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free on loopback.");
    }
}
