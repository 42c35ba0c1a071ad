using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Kv.Interfaces.Clustering;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Tests.Checking.Machine;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Security;

/// <summary>Who has no certificate of the cluster's authority gets nowhere near it, as a silo, as a client, or as a stranger on its ports.</summary>
public sealed class ClusterTlsTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-test-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _other = new();
    private readonly RecordedLogs _logs = new();
    private readonly List<IHost> _hosts = [];
    private ClusterTlsOptions? _files;
    private IPEndPoint _silo = new(IPAddress.Loopback, 0);
    private IPEndPoint _gateway = new(IPAddress.Loopback, 0);

    public async Task InitializeAsync()
    {
        _files = _authority.Host();
        (_silo, _gateway) = await StartSiloAsync("silo-1", new ClusterTls(_files, TimeProvider.System), _logs);
    }

    public async Task DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AMember_IsServed_AndAnotherSiloJoins()
    {
        await StartSiloAsync("silo-2", new ClusterTls(_authority.Host(), TimeProvider.System), new RecordedLogs());
        var client = await StartClientAsync(new ClusterTls(_authority.Host(), TimeProvider.System));
        await Eventually.True("both silos are active", () => client.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true), hosts => hosts.Count == 2, Deadline);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("another authority's")]
    [InlineData("expired")]
    [InlineData("of tomorrow")]
    public async Task AClientWithoutAGoodCertificate_IsNotConnected_AndTheSiloSaysWhy(string certificate)
    {
        var tls = TlsOf(certificate);
        await Assert.ThrowsAnyAsync<Exception>(() => StartClientAsync(tls, TimeSpan.FromSeconds(2))).WaitAsync(Deadline);
        await Eventually.Seen("the silo says why", () => Told(), lines => lines.Any(line => line.Contains(ReasonOf(certificate), StringComparison.OrdinalIgnoreCase)), Deadline);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("another authority's")]
    [InlineData("expired")]
    public async Task ASiloWithoutAGoodCertificate_DoesNotBecomeAMember(string certificate)
    {
        var logs = new RecordedLogs();
        // It can write to the membership table, which is more than a stranger can. It may register, and must not count.
        await Assert.ThrowsAnyAsync<Exception>(() => StartSiloAsync("intruder", TlsOf(certificate), logs)).WaitAsync(Deadline);
        var client = await StartClientAsync(new ClusterTls(_authority.Host(), TimeProvider.System));
        var active = await client.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true);
        Assert.Equal(_silo, Assert.Single(active).Key.Endpoint);
    }

    [Fact]
    public async Task AStranger_HearsNothing_OnEitherPort()
    {
        foreach (var port in new[] { _silo, _gateway })
        {
            Assert.Empty(await AnswerAsync(port, "hello, I am a silo"u8.ToArray()));
            // TLS, and nothing to show.
            using var plain = await ConnectAsync(port);
            await using var tls = new SslStream(plain.GetStream(), false, (_, certificate, _, _) => certificate is not null);
            var heard = await Record(async () =>
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x" });
                await tls.WriteAsync(new byte[100]);
                return await tls.ReadAsync(new byte[100]);
            });
            Assert.Equal(0, heard);
        }
    }

    [Fact]
    public async Task AStrangerWhoSaysNothing_IsLetGo()
    {
        // Longer than nobody waits; the handshake has its own end.
        using var silent = await ConnectAsync(_silo);
        Assert.Equal(0, await Record(async () => await silent.GetStream().ReadAsync(new byte[1])));
    }

    [Fact]
    public async Task ARenewedCertificate_IsShownFromTheNextConnectionOn()
    {
        var before = await ShownAsync();
        Assert.Equal(TestAuthority.Load(_files!).Thumbprint, before);
        _authority.Renew(_files!);
        var renewed = TestAuthority.Load(_files!).Thumbprint;
        Assert.NotEqual(before, renewed);
        await Eventually.True("the silo shows its new certificate", ShownAsync, shown => shown == renewed, Deadline);

        // Half a renewal changes nothing.
        File.WriteAllText(_files!.Key!, "x");
        await Eventually.True("the silo says that it cannot use them", async () => (Shown: await ShownAsync(), Said: _logs.Of("CertificateUnusable", LogLevel.Error)), seen => seen.Said.Length > 0, Deadline);
        Assert.Equal(renewed, await ShownAsync());
    }

    [Fact]
    public void FilesThatCannotServe_AreRefusedAtTheStart_WithTheirNames()
    {
        var good = _authority.Host();
        Assert.Contains("key", Fault(new() { Certificate = good.Certificate, Key = _authority.Host().Key, Authority = good.Authority }), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("absent", Fault(new() { Certificate = "absent", Key = good.Key, Authority = good.Authority }), StringComparison.Ordinal);
        Assert.Contains("absent", Fault(new() { Certificate = good.Certificate, Key = good.Key, Authority = "absent" }), StringComparison.Ordinal);
        Assert.Contains("another authority", Fault(_authority.Host(trusted: _other)), StringComparison.Ordinal);
        Assert.Contains("expired", Fault(_authority.Host(TimeSpan.FromDays(3), TimeSpan.FromDays(1))), StringComparison.Ordinal);
        Assert.Single(new ClusterTlsOptions { Certificate = "c" }.Faults());
        Assert.Empty(new ClusterTlsOptions().Faults());
    }

    private static string Fault(ClusterTlsOptions files) => Assert.Throws<CertificateException>(() => new ClusterTls(files, TimeProvider.System)).Message;

    // The time at which a bad host looks at its own certificate is one at which it is good: it is the others who must refuse it.
    private ClusterTls? TlsOf(string certificate) => certificate switch
    {
        "none" => null,
        "expired" => new ClusterTls(_authority.Host(TimeSpan.FromDays(3), TimeSpan.FromDays(1)), new OtherTime(TimeSpan.FromDays(-2.5))),
        "of tomorrow" => new ClusterTls(_authority.Host(TimeSpan.FromDays(-1), TimeSpan.FromDays(1)), new OtherTime(TimeSpan.FromDays(1.5))),
        _ => new ClusterTls(_other.Host(), TimeProvider.System),
    };

    private static string ReasonOf(string certificate) => certificate switch
    {
        "none" => typeof(IGrain).Assembly.GetName().Name == "Orleans.Kv.Runtime" ? "does not prove" : "authentication failed",
        "expired" or "of tomorrow" => "expired",
        _ => "another authority",
    };

    private string[] Told() => _logs.All(LogLevel.Warning);

    private async Task<string> ShownAsync()
    {
        using var plain = await ConnectAsync(_silo);
        var shown = "";
        await using var tls = new SslStream(plain.GetStream(), false, (_, certificate, _, _) => (shown = certificate!.GetCertHashString()).Length > 0);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x" });
        return shown;
    }

    private static async Task<TcpClient> ConnectAsync(IPEndPoint port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(port).WaitAsync(Deadline);
        return client;
    }

    private static async Task<byte[]> AnswerAsync(IPEndPoint port, byte[] said)
    {
        using var client = await ConnectAsync(port);
        await client.GetStream().WriteAsync(said);
        var heard = new MemoryStream();
        await Record(async () =>
        {
            await client.GetStream().CopyToAsync(heard);
            return 0;
        });
        // What TLS says to who speaks no TLS: an alert of seven bytes, and nothing of the cluster's.
        return heard.Length <= 7 ? [] : heard.ToArray();
    }

    // A connection that is reset has said nothing either.
    private static async Task<int> Record(Func<Task<int>> read)
    {
        try
        {
            return await read().WaitAsync(Deadline);
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            return 0;
        }
    }

    private async Task<(IPEndPoint Silo, IPEndPoint Gateway)> StartSiloAsync(string name, ClusterTls? tls, RecordedLogs logs)
    {
        var (siloPort, gatewayPort) = (Ports.Free(), Ports.Free());
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(logs);
        builder.UseOrleans(silo =>
        {
            silo.UseFileClustering(Path.Combine(_folder, "cluster.json"));
            silo.Configure<SiloOptions>(options => options.SiloName = name);
            silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort);
            // A few seconds of trying to join are enough to see that it cannot.
            silo.Configure<ClusterMembershipOptions>(membership => membership.MaxJoinAttemptTime = TimeSpan.FromSeconds(name == "intruder" ? 2 : 60));
            if (tls is not null) silo.UseClusterTls(tls);
        });
        await KeepAsync(builder.Build());
        return (new IPEndPoint(IPAddress.Loopback, siloPort), new IPEndPoint(IPAddress.Loopback, gatewayPort));
    }

    private async Task<IClusterClient> StartClientAsync(ClusterTls? tls, TimeSpan? patience = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client =>
        {
            client.UseFileClustering(Path.Combine(_folder, "cluster.json"));
            client.Configure<ConnectionOptions>(connection => connection.OpenConnectionTimeout = patience ?? Deadline);
            if (tls is not null) client.UseClusterTls(tls);
        });
        var host = builder.Build();
        // Microsoft's client goes on trying for as long as it is allowed to.
        using var stop = new CancellationTokenSource(patience * 3 ?? Deadline);
        await KeepAsync(host, stop.Token);
        return host.Services.GetRequiredService<IClusterClient>();
    }

    private async Task KeepAsync(IHost host, CancellationToken stop = default)
    {
        try
        {
            await host.StartAsync(stop);
            _hosts.Add(host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private sealed class OtherTime(TimeSpan difference) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + difference;
    }
}
