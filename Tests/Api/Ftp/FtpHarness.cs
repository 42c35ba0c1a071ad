using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.Files;
using Orleans.Kv.Api.Ftp;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Tests.Api.Files;

namespace Orleans.Kv.Tests.Api.Ftp;

/// <summary>An FTP server over a store in memory.</summary>
internal sealed class FtpHarness : IAsyncDisposable
{
    private readonly FtpServer _server;

    private FtpHarness(FtpServer server, FileStore files, FakeKeys keys) => (_server, Files, Keys) = (server, files, keys);

    public FileStore Files { get; }

    public FakeKeys Keys { get; }

    public IPEndPoint Endpoint => _server.Endpoint;

    public static async Task<FtpHarness> StartAsync(FtpOptions? options = null, TimeProvider? time = null, TokenStore? tokens = null)
    {
        var keys = new FakeKeys();
        var ftp = options ?? new FtpOptions();
        ftp.Port = 0;
        var files = new FileStore(keys, new FileStoreOptions { ChunkBytes = 1000 }, TimeProvider.System, NullLogger<FileStore>.Instance);
        var server = new FtpServer(files, ftp, time ?? TimeProvider.System, NullLogger<FtpServer>.Instance, tokens);
        await server.StartAsync(default);
        return new FtpHarness(server, files, keys);
    }

    public Task<FtpConnection> LogInAsync() => FtpConnection.LogInAsync(Endpoint);

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _server.StopAsync(patience.Token);
        _server.Dispose();
    }
}
