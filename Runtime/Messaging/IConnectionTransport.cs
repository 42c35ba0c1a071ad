using System.Net;
using System.Net.Sockets;

namespace Orleans.Runtime.Messaging;

/// <summary>Turns sockets into streams: plain, or with TLS around them.</summary>
internal interface IConnectionTransport
{
    Task<Stream> ConnectAsync(IPEndPoint endpoint, PeerKind peer, CancellationToken cancellation);

    Task<Stream> AcceptAsync(Socket socket, PeerKind peer, CancellationToken cancellation);
}
