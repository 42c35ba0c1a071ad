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

    // linux/tcp.h, from 6.15: TCP_RTO_MAX_MS. The longest pause between two retransmissions, and the least that may be asked for: what a repaired link still seems broken for.
    private const int TcpMaxRetransmissionPause = 44;
    private static readonly TimeSpan RetransmissionPause = TimeSpan.FromSeconds(1);

    private static volatile bool s_isOlderKernel;

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

        SetMilliseconds(socket, TcpUserTimeout, Patience);
        if (s_isOlderKernel)
        {
            return;
        }

        try
        {
            SetMilliseconds(socket, TcpMaxRetransmissionPause, RetransmissionPause);
        }
        catch (SocketException unknown) when (unknown.SocketErrorCode is SocketError.ProtocolOption or SocketError.InvalidArgument)
        {
            // An older kernel doubles its pauses: a link that was down for seconds seems down for as many more, and no longer than the patience above.
            s_isOlderKernel = true;
        }
    }

    private static void SetMilliseconds(Socket socket, int option, TimeSpan value) =>
        socket.SetRawSocketOption(TcpLevel, option, BitConverter.GetBytes((int)value.TotalMilliseconds));
}
