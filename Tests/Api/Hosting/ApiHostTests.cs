using System.Collections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Hosting;

public sealed class ApiHostTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task WithoutSilos_ItListensSaysThatItIsNotReadyAndStops()
    {
        await using var app = ApiHost.Build(new ApiOptions { Port = 0, Directory = _directory.FullPath, LogLevel = LogLevel.None });
        using var stop = new CancellationTokenSource();
        // Start ends only when silos were found; the server listens meanwhile.
        var starting = app.StartAsync(stop.Token);
        var address = await AddressAsync(app.Services);
        using (var connection = new RawConnection(address))
        {
            Assert.Equal(200, (await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
            var (status, problem, head) = await connection.SendAsync("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal((503, "unavailable"), (status, problem.GetProperty("code").GetString()));
            Assert.Contains("Retry-After: 1", head, StringComparison.Ordinal);
            Assert.Equal(503, (await connection.PostAsync("/store", """{"key":"a","value":1}""")).Status);
            Assert.Equal(503, (await connection.SendAsync("GET /cluster HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(Deadline));
    }

    [Theory]
    [InlineData("--port 0x", "--port")]
    [InlineData("--port 70000", "--port")]
    [InlineData("--port", "--port")]
    [InlineData("--directory=", "--directory")]
    [InlineData("--urls ftp://x", "--urls")]
    [InlineData("--gateway 10.0.0.1", "--gateway")]
    [InlineData("--gateway silo-1:30000", "--gateway")]
    [InlineData("--speed 11", "--speed")]
    [InlineData("--drain-seconds -1", "--drain-seconds")]
    [InlineData("--drain-seconds 3600", "--drain-seconds")]
    [InlineData("--postgres-file /no/such/file", "--postgres-file /no/such/file cannot be read")]
    public void ABadCommandLine_IsNamed(string arguments, string about)
    {
        Assert.Null(CommandLine.Parse(arguments.Split(' '), out var error));
        Assert.Contains(about, error, StringComparison.Ordinal);
    }

    [Fact]
    public void AGoodCommandLine_IsRead()
    {
        var options = CommandLine.Parse(
            ["--port=9000", "--directory", "d", "--exit-with-parent", "--log-level", "debug", "--gateway", "10.0.0.1:30000", "--gateway=[::1]:30001"], out _);

        Assert.NotNull(options);
        Assert.Equal((9000, "d", true, LogLevel.Debug), (options.Port, options.Directory, options.ExitWithParent, options.LogLevel));
        Assert.Equal("http://127.0.0.1:9000", options.Address);
        Assert.Equal(["10.0.0.1:30000", "[::1]:30001"], options.Gateways.Select(gateway => gateway.ToString()));
    }

    [Fact]
    public void Variables_AreOptionsThatTheCommandLineOverrules()
    {
        var environment = new Hashtable
        {
            ["KV_PORT"] = "tcp://10.0.0.1:80", ["KV_GATEWAY"] = "10.0.0.1:30000, 10.0.0.2:30000", ["KV_DRAIN_SECONDS"] = "5", ["KV_FTP_PORT"] = "2121", ["KV_FTP_REQUIRE_TLS"] = "false", ["KV_URL"] = "http://x",
        };

        var options = CommandLine.Parse(["--port", "9000"], environment, out var error);

        Assert.True(options is not null, error);
        Assert.Equal((9000, 5, 2121, false), (options.Port, options.DrainSeconds, options.Ftp.Port, options.Ftp.RequireTls));
        Assert.Equal(["10.0.0.1:30000", "10.0.0.2:30000"], options.Gateways.Select(gateway => gateway.ToString()));
    }

    [Theory]
    [InlineData("KV_PORT", "tcp://10.0.0.1:80")]
    [InlineData("KV_FTP_PORT", "tcp://10.0.0.1:80")]
    [InlineData("KV_FTP_REQUIRE_TLS", "1")]
    [InlineData("KV_POSTGRES", "Passphrase=x")]
    public void FaultyVariable_IsNamed(string variable, string value)
    {
        Assert.Null(CommandLine.Parse([], new Hashtable { [variable] = value }, out var error));
        Assert.Contains(variable, error, StringComparison.Ordinal);
    }

    private static async Task<Uri> AddressAsync(IServiceProvider services)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
            // Before it listens, the address is the one that was asked for, with port 0.
            if (addresses?.FirstOrDefault() is { } address && new Uri(address).Port != 0) return new Uri(address);
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"expected the server to listen within {Deadline}");
            await Task.Delay(10);
        }
    }
}
