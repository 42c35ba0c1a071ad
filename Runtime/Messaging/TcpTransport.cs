using System.Net;
using System.Net.Sockets;

namespace Orleans.Runtime.Messaging;

internal sealed class TcpTransport : IConnectionTransport
{
    public async Task<Stream> ConnectAsync(IPEndPoint endpoint, PeerKind peer, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            SocketLiveness.Apply(socket);
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task<Stream> AcceptAsync(Socket socket, PeerKind peer, CancellationToken cancellation) =>
        Task.FromResult<Stream>(new NetworkStream(socket, ownsSocket: true));
}
