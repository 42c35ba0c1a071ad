using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Kv.Tests.Processes.BadInput;

/// <summary>One connection on which bytes are sent as they are: what no well-behaved client would send.</summary>
internal sealed class RawHttp : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;

    private RawHttp(TcpClient tcp) => (_tcp, _stream) = (tcp, tcp.GetStream());

    public static async Task<RawHttp> Open(Uri url)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(url.Host, url.Port);
        return new RawHttp(tcp);
    }

    public Task<(int Status, string Headers, string Body)> Post(string path, byte[] body) => Send(
        [.. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: kv\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n")), .. body]);

    public async Task<(int Status, string Headers, string Body)> Send(byte[] request)
    {
        using var deadline = new CancellationTokenSource(Patience);
        await _stream.WriteAsync(request, deadline.Token);
        var headers = new StringBuilder();
        while (!headers.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            headers.Append((char)await ReadByte(deadline.Token));
        var text = headers.ToString();
        var body = new byte[Length(text)];
        await _stream.ReadExactlyAsync(body, deadline.Token);
        return (int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text, Encoding.UTF8.GetString(body));
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<byte> ReadByte(CancellationToken cancellation)
    {
        var one = new byte[1];
        await _stream.ReadExactlyAsync(one, cancellation);
        return one[0];
    }

    private static int Length(string headers)
    {
        const string name = "\r\nContent-Length: ";
        var at = headers.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        Assert.True(at >= 0, $"The answer has no Content-Length: {headers}");
        at += name.Length;
        return int.Parse(headers.AsSpan(at, headers.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }
}
