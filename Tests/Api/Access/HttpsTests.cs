using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary>The certificates that <c>kv certs</c> makes, and an API host that speaks HTTPS with one.</summary>
public sealed class HttpsTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task KvCerts_MakesHostsThatRecogniseEachOther_AndAnHttpsHost()
    {
        Assert.Equal(0, await CertsAsync("certs", "silo-1", "api-1", "--also", "kv.example.net"));
        var files = Files("certs", "silo-1");
        var tls = new ClusterTls(files, TimeProvider.System);
        using var other = X509CertificateLoader.LoadCertificateFromFile(Files("certs", "api-1").Certificate!);
        Assert.True(tls.IsMember(other, null));
        Assert.True(other.MatchesHostname("kv.example.net"));

        // Another authority's are not recognised; the same authority's are, when it is asked again.
        Assert.Equal(0, await CertsAsync("others", "silo-1"));
        using var stranger = X509CertificateLoader.LoadCertificateFromFile(Files("others", "silo-1").Certificate!);
        Assert.False(tls.IsMember(stranger, null));
        Assert.Equal(0, await CertsAsync("certs", "silo-2"));
        using var late = X509CertificateLoader.LoadCertificateFromFile(Files("certs", "silo-2").Certificate!);
        Assert.True(tls.IsMember(late, null));
        Assert.Equal(2, await CertsAsync("certs", "authority"));
        Assert.Equal(2, await CertsAsync("certs", "a", "--days", "0"));

        await using var api = await FakeApi.StartAsync(configure: options =>
        {
            (options.HttpsCertificate, options.HttpsKey) = (Files("certs", "api-1").Certificate, Files("certs", "api-1").Key);
        });
        Assert.Equal("https", api.Address.Scheme);
        Assert.Equal(200, await HealthAsync(api.Address, "certs"));
        await Assert.ThrowsAsync<HttpRequestException>(() => HealthAsync(api.Address, "others"));
    }

    private async Task<int> HealthAsync(Uri address, string folder)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(Files(folder, "x").Authority!);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = Policy(trusted),
            },
        });
        using var response = await http.GetAsync(new Uri(address, "/health/live"));
        return (int)response.StatusCode;
    }

    private static X509ChainPolicy Policy(X509Certificate2Collection trusted)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        return policy;
    }

    private ClusterTlsOptions Files(string folder, string name) => new()
    {
        Certificate = Path.Combine(_directory.File(folder), name + ".pem"),
        Key = Path.Combine(_directory.File(folder), name + ".key"),
        Authority = Path.Combine(_directory.File(folder), "authority.pem"),
    };

    private async Task<int> CertsAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _directory.FullPath };
        foreach (var argument in (string[])[typeof(Bodies).Assembly.Location, "certs", .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Deadline);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }
}
