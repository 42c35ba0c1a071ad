using System.Net;
using System.Net.Sockets;

namespace Orleans.Kv.Api.Ftp;

/// <summary>
/// Where the next data connection comes from: a port of ours that the client connects to (passive), or one of the client's (active). Good for one transfer.
/// </summary>
internal sealed class DataEndpoint : IDisposable
{
    private readonly Socket? _listener;
    private readonly IPEndPoint? _client;
    private readonly IPAddress _peer;

    private DataEndpoint(Socket? listener, IPEndPoint? client, IPAddress peer) => (_listener, _client, _peer) = (listener, client, peer);

    public int Port => ((IPEndPoint)_listener!.LocalEndPoint!).Port;

    /// <summary>Listens where the control connection came in.</summary>
    /// <exception cref="SocketException">Every port of the range is in use.</exception>
    public static DataEndpoint Listen(Socket control, FtpOptions options)
    {
        var address = Plain(((IPEndPoint)control.LocalEndPoint!).Address);
        var peer = ((IPEndPoint)control.RemoteEndPoint!).Address;
        for (var port = options.FirstPassivePort; ; port++)
        {
            var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                listener.Bind(new IPEndPoint(address, port));
                // More than one only where somebody else connects first.
                listener.Listen(4);
                return new DataEndpoint(listener, null, peer);
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse && port < options.LastPassivePort)
            {
                listener.Dispose();
            }
            catch
            {
                listener.Dispose();
                throw;
            }
        }
    }

    /// <summary>The client listens. Only at the address that its control connection comes from, or this server could be sent anywhere (RFC 2577, section 3).</summary>
    public static DataEndpoint? Toward(Socket control, IPEndPoint client)
    {
        var peer = ((IPEndPoint)control.RemoteEndPoint!).Address;
        return Same(client.Address, peer) && client.Port >= 1024 ? new DataEndpoint(null, new IPEndPoint(Plain(peer), client.Port), peer) : null;
    }

    /// <exception cref="SocketException">It cannot be reached.</exception>
    public async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        if (_listener is null) return await ConnectOutAsync(cancellation);
        while (true)
        {
            var socket = await _listener.AcceptAsync(cancellation);
            // Whoever guesses the port must not get the file, or replace it.
            if (Same(((IPEndPoint)socket.RemoteEndPoint!).Address, _peer)) return socket;
            socket.Dispose();
        }
    }

    public void Dispose() => _listener?.Dispose();

    private async Task<Socket> ConnectOutAsync(CancellationToken cancellation)
    {
        var socket = new Socket(_client!.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(_client, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool Same(IPAddress one, IPAddress other) => Plain(one).Equals(Plain(other));

    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
