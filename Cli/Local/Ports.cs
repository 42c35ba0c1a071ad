using System.Net;
using System.Net.Sockets;

namespace Orleans.Kv.Cli.Local;

/// <summary>Chooses ports on loopback that nobody uses.</summary>
internal static class Ports
{
    // Below the range from which systems take ports for outgoing connections: a silo must find its port free again after a restart.
    private const int First = 20_000;
    private const int Last = 32_000;
    private const int Tries = 2_000;

    public static bool IsFree(int port)
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

    /// <summary>So many different ports, each of them free a moment ago.</summary>
    public static IReadOnlyList<int> Choose(int count, Random random)
    {
        var chosen = new List<int>(count);
        for (var i = 0; i < Tries && chosen.Count < count; i++)
        {
            var port = random.Next(First, Last);
            if (!chosen.Contains(port) && IsFree(port)) chosen.Add(port);
        }

        return chosen.Count == count
            ? chosen
            : throw new CliException(ExitCodes.Unavailable, $"there are no {count} free ports between {First} and {Last} on 127.0.0.1.");
    }
}
