using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Orleans.Kv.Api.Ftp;

/// <summary>The control connection: reads command lines, writes replies, and becomes TLS when it is told to. One reader and one writer at a time.</summary>
internal sealed class ControlConnection : IAsyncDisposable
{
    private const byte Interpret = 255;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Socket _socket;
    private readonly TimeSpan _writeTimeout;
    private readonly byte[] _buffer;
    private readonly List<byte> _line = [];
    private readonly int _maxLine;
    private Stream _stream;
    private int _start;
    private int _end;
    private bool _isTooLong;

    public ControlConnection(Socket socket, FtpOptions options)
    {
        _socket = socket;
        _socket.NoDelay = true;
        // A client that aborts sends the Telnet synch as urgent data: it is then read in its place and skipped.
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.OutOfBandInline, true);
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _maxLine = options.MaxLineBytes;
        _writeTimeout = options.DataTimeout;
        _buffer = new byte[options.MaxLineBytes];
    }

    public Socket Socket => _socket;

    public bool IsSecure => _stream is SslStream;

    /// <summary>The next line, or null at the end; <see cref="FtpLine.Fault"/> says what is wrong with one that is no command.</summary>
    public async Task<FtpLine?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = await _stream.ReadAsync(_buffer, cancellation);
                if (_end == 0) return null;
            }

            var next = _buffer[_start++];
            if (next != '\n')
            {
                if (_line.Count < _maxLine) _line.Add(next);
                else _isTooLong = true;
                continue;
            }

            var line = Take();
            if (line is not { Text.Length: 0, Fault: null }) return line;
        }
    }

    public async Task WriteAsync(FtpReply reply, CancellationToken cancellation)
    {
        // Who reads no replies must not keep a session for ever.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_writeTimeout);
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(reply.ToString()), timeout.Token);
    }

    /// <summary>Goes on under TLS. What has come already in the clear is thrown away: who could put it there must not speak for the client afterwards.</summary>
    public async Task SecureAsync(X509Certificate2 certificate, CancellationToken cancellation)
    {
        (_start, _end, _isTooLong) = (0, 0, false);
        _line.Clear();
        var secure = new SslStream(_stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellation);
        _stream = secure;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private FtpLine Take()
    {
        var bytes = WithoutTelnet(_line);
        var isTooLong = _isTooLong;
        _line.Clear();
        _isTooLong = false;
        if (isTooLong) return new FtpLine("", $"A command has at most {_maxLine} bytes.");
        if (bytes.Count > 0 && bytes[^1] == '\r') bytes.RemoveAt(bytes.Count - 1);
        try
        {
            return new FtpLine(Strict.GetString([.. bytes]), null);
        }
        catch (DecoderFallbackException)
        {
            return new FtpLine("", "A command is UTF-8.");
        }
    }

    /// <summary>Takes out what RFC 854 puts between: 255 and a command, and for the negotiating ones (251 to 254) what it is about. 255 is in no UTF-8.</summary>
    private static List<byte> WithoutTelnet(List<byte> line)
    {
        if (!line.Contains(Interpret)) return [.. line];
        var rest = new List<byte>(line.Count);
        for (var i = 0; i < line.Count; i++)
        {
            if (line[i] != Interpret) rest.Add(line[i]);
            else if (++i < line.Count && line[i] is >= 251 and <= 254) i++;
        }

        return rest;
    }
}
