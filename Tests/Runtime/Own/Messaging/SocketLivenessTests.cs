using System.Net.Sockets;
using Orleans.Runtime.Messaging;

namespace Orleans.Kv.Tests.Runtime.Own.Messaging;

public class SocketLivenessTests
{
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    [Fact]
    public void Socket_IsToldToEndAConnectionThatNothingComesThrough()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketLiveness.Apply(socket);

        Assert.True(socket.NoDelay);
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(2, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
        if (!OperatingSystem.IsLinux())
            return;
        var milliseconds = new byte[sizeof(int)];
        socket.GetRawSocketOption(TcpLevel, TcpUserTimeout, milliseconds);
        Assert.Equal(6000, BitConverter.ToInt32(milliseconds));
    }
}
