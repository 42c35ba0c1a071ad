using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Tests.Api.Hosting;

/// <summary>
/// One TCP connection to an API host, on which a test writes requests byte by byte and reads answers. HTTP libraries would hide
/// whether a connection survives.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client = new();
    private readonly Stream _stream;

    public RawConnection(Uri address)
    {
        _client.Connect(address.Host, address.Port);
        _stream = _client.GetStream();
    }

    /// <summary>Sends a whole request with a content length and reads the whole answer.</summary>
    public Task<(int Status, JsonElement Body, string Head)> PostAsync(string path, string body) => PostAsync(path, Encoding.UTF8.GetBytes(body));

    public async Task<(int Status, JsonElement Body, string Head)> PostAsync(string path, byte[] body)
    {
        // In one piece: a body that comes late, as it may where a test waits long for its turn, is one that the server may give up.
        await WriteAsync([.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n"), .. body]);
        return await ReadAsync();
    }

    /// <summary>Sends a body in chunks of the given size, without saying how long it is.</summary>
    public async Task<(int Status, JsonElement Body, string Head)> PostChunkedAsync(string path, byte[] body, int chunk)
    {
        await WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (var at = 0; at < body.Length; at += chunk)
        {
            var part = body[at..Math.Min(at + chunk, body.Length)];
            await WriteAsync([.. Encoding.ASCII.GetBytes($"{part.Length:x}\r\n"), .. part, .. "\r\n"u8]);
        }

        await WriteAsync("0\r\n\r\n"u8.ToArray());
        return await ReadAsync();
    }

    public Task<(int Status, JsonElement Body, string Head)> SendAsync(string request) => SendAsync(Encoding.ASCII.GetBytes(request));

    public void Dispose() => _client.Dispose();

    private async Task<(int Status, JsonElement Body, string Head)> SendAsync(byte[] request)
    {
        await WriteAsync(request);
        return await ReadAsync();
    }

    private async Task WriteAsync(byte[] bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(Deadline);

    private async Task<(int Status, JsonElement Body, string Head)> ReadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < 4 || !head.ToString(head.Length - 4, 4).Equals("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await _stream.ReadAsync(one).AsTask().WaitAsync(Deadline);
            Assert.True(count == 1, $"the connection was closed after: {head}");
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = lines.Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[int.Parse(length.AsSpan("Content-Length:".Length), provider: null)];
        await _stream.ReadExactlyAsync(body).AsTask().WaitAsync(Deadline);
        return (int.Parse(lines[0].Split(' ')[1], provider: null), JsonDocument.Parse(body).RootElement, head.ToString());
    }
}
