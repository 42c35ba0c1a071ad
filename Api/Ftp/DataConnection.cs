using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orleans.Kv.Api.Ftp;

/// <summary>One transfer's connection. Every step of it is bounded: who stands still for too long is cut off.</summary>
internal sealed class DataConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TimeSpan _timeout;

    private DataConnection(Socket socket, Stream stream, TimeSpan timeout) => (_socket, _stream, _timeout) = (socket, stream, timeout);

    /// <summary>Opens it, encrypted where there is a certificate.</summary>
    /// <remarks>
    /// What is received comes under TLS 1.2. A server speaks first in 1.3 (it sends tickets for other sessions), which a client that only sends never reads; closed with something unread in it, the connection
    /// is reset, and the end of the file with it.
    /// </remarks>
    public static async Task<DataConnection> OpenAsync(DataEndpoint endpoint, bool receives, X509Certificate2? certificate, FtpOptions options, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(options.DataTimeout);
        var socket = await endpoint.ConnectAsync(timeout.Token);
        socket.NoDelay = true;
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (certificate is null) return new DataConnection(socket, stream, options.DataTimeout);
        var secure = new SslStream(stream);
        try
        {
            var protocols = receives ? SslProtocols.Tls12 : SslProtocols.None;
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols }, timeout.Token);
            return new DataConnection(socket, secure, options.DataTimeout);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_timeout);
        return await _stream.ReadAsync(buffer, timeout.Token);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        // In pieces, so that a slow client is not taken for one that stands still.
        const int Piece = 64 * 1024;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(Piece, bytes.Length)..])
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(_timeout);
            await _stream.WriteAsync(bytes[..Math.Min(Piece, bytes.Length)], timeout.Token);
        }
    }

    /// <summary>Says that this was all.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (_stream is SslStream secure) await secure.ShutdownAsync().WaitAsync(_timeout, cancellation);
        else await _stream.FlushAsync(cancellation);
        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Breaks it, so that its other side does not take what it has got for all.</summary>
    public void Abort()
    {
        // Closed with a lingering time of nothing, a connection is reset.
        _socket.LingerState = new LingerOption(true, 0);
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
