using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Kv.Tests.Api.Ftp;

/// <summary>A client that says exactly what a test tells it to.</summary>
internal sealed class FtpConnection : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client = new();
    private readonly IPEndPoint _server;
    private Stream _stream = Stream.Null;

    private FtpConnection(IPEndPoint server) => _server = server;

    public static async Task<FtpConnection> OpenAsync(IPEndPoint server)
    {
        var connection = new FtpConnection(server);
        await connection._client.ConnectAsync(server).WaitAsync(Deadline);
        connection._stream = connection._client.GetStream();
        return connection;
    }

    /// <summary>Connected, logged in, and sending bytes as they are.</summary>
    public static async Task<FtpConnection> LogInAsync(IPEndPoint server, string user = "anonymous", string password = "x")
    {
        var connection = await OpenAsync(server);
        await connection.Expect("220");
        await connection.Expect("331", $"USER {user}");
        await connection.Expect("230", $"PASS {password}");
        await connection.Expect("200", "TYPE I");
        return connection;
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask().WaitAsync(Deadline);

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes).AsTask().WaitAsync(Deadline);

    /// <summary>Sends the command, if there is one, and returns the reply, which must begin with <paramref name="code"/>.</summary>
    public async Task<string> Expect(string code, string? command = null)
    {
        if (command is not null) await SendAsync(command + "\r\n");
        var reply = await ReadAsync();
        Assert.True(reply.StartsWith(code, StringComparison.Ordinal), $"expected {code} to '{command}', got: {reply}");
        return reply;
    }

    /// <summary>One reply with all its lines; empty at the end.</summary>
    public async Task<string> ReadAsync()
    {
        var first = await ReadLineAsync();
        var reply = new StringBuilder(first);
        if (first.Length < 4 || first[3] != '-') return first;
        for (var line = ""; !line.StartsWith(first[..3] + " ", StringComparison.Ordinal);)
        {
            line = await ReadLineAsync();
            reply.Append('\n').Append(line);
        }

        return reply.ToString();
    }

    public async Task<TcpClient> OpenDataAsync()
    {
        var reply = await Expect("229", "EPSV");
        var data = new TcpClient();
        await data.ConnectAsync(_server.Address, int.Parse(reply.Split('|')[3], CultureInfo.InvariantCulture)).WaitAsync(Deadline);
        return data;
    }

    public async Task<byte[]> GetAsync(string command)
    {
        using var data = await OpenDataAsync();
        await Expect("150", command);
        using var read = new MemoryStream();
        await data.GetStream().CopyToAsync(read).WaitAsync(Deadline);
        await Expect("226");
        return read.ToArray();
    }

    public async Task PutAsync(string command, byte[] content)
    {
        using (var data = await OpenDataAsync())
        {
            await Expect("150", command);
            await data.GetStream().WriteAsync(content).AsTask().WaitAsync(Deadline);
        }

        await Expect("226");
    }

    public async Task SecureAsync()
    {
        var secure = Secure(_stream);
        await secure.AuthenticateAsClientAsync("localhost").WaitAsync(Deadline);
        _stream = secure;
    }

    public static SslStream Secure(Stream stream) => new(stream, false, (_, certificate, _, _) => certificate?.Subject == "CN=localhost");

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _client.Dispose();
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await _stream.ReadAsync(one).AsTask().WaitAsync(Deadline) == 1)
        {
            if (one[0] == '\n') break;
            if (one[0] != '\r') line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line]);
    }
}
