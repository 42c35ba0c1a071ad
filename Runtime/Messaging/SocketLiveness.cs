using System.Net.Sockets;

namespace Orleans.Runtime.Messaging;

/// <summary>
/// Has the operating system end a connection over which nothing comes through any more. A cable that was pulled and a firewall that drops packets say nothing: without this the connection would be
/// taken for alive for a quarter of an hour, calls would go on being sent into it, and after a repair they would wait for a retransmission that is due later the longer the cut lasted.
/// </summary>
internal static class SocketLiveness
{
    /// <summary>
    /// How long sent bytes may stay unacknowledged. Just longer than membership, as the store configures it, takes to declare a silo dead: before that a pause is waited for and nothing is gained by
    /// breaking off.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>Where nothing is sent, the system asks by itself.</summary>
    private const int IdleSeconds = 2;
    private const int AskEverySeconds = 1;
    private const int Asks = 4;

    // linux/tcp.h: TCP_USER_TIMEOUT, in milliseconds. Other systems have retransmission limits of about this size, or none that can be set.
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    public static void Apply(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, AskEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Asks);
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)Patience.TotalMilliseconds));
    }
}
