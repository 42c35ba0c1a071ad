using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Kv.Bench.Http;

/// <summary>
/// One HTTP/1.1 connection that sends ready-made bytes and reads just enough of the answer to know its status and where it ends. A load
/// generator with a real client would spend more than what it measures.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private const int StatusOffset = 9; // "HTTP/1.1 200"
    private const int StatusLength = 3;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>The body of the last answer, valid until the next request. Chunked bodies keep their framing.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    public static async Task<HttpConnection> Open(IPEndPoint address, CancellationToken cancellation = default)
    {
        var connection = new HttpConnection();
        try
        {
            await connection._socket.ConnectAsync(address, cancellation);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends one request and returns the status of its answer.</summary>
    /// <exception cref="IOException">The peer closed the connection or sent what this reader does not understand.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async ValueTask<int> Send(ReadOnlyMemory<byte> request, CancellationToken cancellation = default)
    {
        while (request.Length > 0)
            request = request[await _socket.SendAsync(request, SocketFlags.None, cancellation)..];
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), SocketFlags.None, cancellation);
            if (read == 0)
                throw new IOException("The server closed the connection.");
            filled += read;
            if (TryFinish(filled, out var status))
                return status;
        }
    }

    public void Dispose() => _socket.Dispose();

    private bool TryFinish(int filled, out int status)
    {
        status = 0;
        var received = _buffer.AsSpan(0, filled);
        var headerEnd = received.IndexOf("\r\n\r\n"u8);
        if (headerEnd < 0)
            return false;
        var header = received[..(headerEnd + 2)];
        if (!Utf8Parser.TryParse(header.Slice(StatusOffset, StatusLength), out status, out _))
            throw new IOException("The answer does not begin with an HTTP status.");
        var bodyStart = headerEnd + 4;
        var length = Find(header, "\r\nContent-Length: "u8, "\r\ncontent-length: "u8);
        if (length >= 0)
        {
            if (!Utf8Parser.TryParse(header[length..], out int bytes, out _))
                throw new IOException("The answer's Content-Length is not a number.");
            Body = _buffer.AsMemory(bodyStart, Math.Min(bytes, filled - bodyStart));
            return filled >= bodyStart + bytes;
        }

        if (Find(header, "\r\nTransfer-Encoding: chunked"u8, "\r\ntransfer-encoding: chunked"u8) >= 0)
        {
            Body = _buffer.AsMemory(bodyStart, filled - bodyStart);
            // Small JSON answers: no chunk of theirs contains this line, which ends the last one.
            return received.EndsWith("\r\n0\r\n\r\n"u8);
        }

        Body = ReadOnlyMemory<byte>.Empty;
        return true;
    }

    /// <summary>The offset behind the first of the two spellings that servers use, or -1.</summary>
    private static int Find(ReadOnlySpan<byte> header, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var at = header.IndexOf(one);
        if (at < 0)
            at = header.IndexOf(other);
        return at < 0 ? -1 : at + one.Length;
    }
}
