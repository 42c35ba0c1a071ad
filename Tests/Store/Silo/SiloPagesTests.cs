using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Silo.Hosting;
using Orleans.Kv.Silo.Observing;
using Orleans.Kv.Telemetry.Logs;
using Orleans.Kv.Tests.Store.Security;

namespace Orleans.Kv.Tests.Store.Silo;

/// <summary>The pages of a silo's metrics port, without the silo: who may ask, how it is asked, and what it says when the process is told to end.</summary>
public sealed class SiloPagesTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] Roles = ["read", "write", "admin"];

    private readonly string _folder = Directory.CreateTempSubdirectory("kv-test-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly List<IAsyncDisposable> _pages = [];
    private readonly List<IDisposable> _others = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var pages in _pages) await pages.DisposeAsync();
    }

    public void Dispose()
    {
        foreach (var other in _others) other.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Ready_UntilItIsToldToStop_WhateverItsHostSays()
    {
        var (http, observing) = await StartAsync(new SiloHostOptions());
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "its Orleans host is not running"), await ReadyAsync(http));
        observing.Host = () => "it is not a member of the map";
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "it is not a member of the map"), await ReadyAsync(http));
        observing.Host = () => null;
        Assert.Equal((HttpStatusCode.OK, null), await ReadyAsync(http));

        observing.Stop();
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "it is stopping"), await ReadyAsync(http));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, "/health/live", null));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    [InlineData("stranger", HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized)]
    [InlineData("read", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("write", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("admin", HttpStatusCode.OK, HttpStatusCode.OK)]
    public async Task WithTokens_ReadersSee_AdministratorsChange_AndHealthIsForEverybody(string? role, HttpStatusCode seen, HttpStatusCode changed)
    {
        var (http, observing) = await StartAsync(new SiloHostOptions { TokensFile = Tokens() });
        observing.Host = () => null;
        var token = role is null ? null : Token(role);

        Assert.Equal(seen, await AskAsync(http, "/metrics", token));
        Assert.Equal(seen, await AskAsync(http, "/log-level", token));
        Assert.Equal(changed, await AskAsync(http, "/log-level", token, new { category = "Orleans.Kv.Nothing", level = "Debug" }));
        Assert.Equal(changed == HttpStatusCode.OK, observing.Levels.Current.Any(level => level.Key == "Orleans.Kv.Nothing"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await AskAsync(http, "/health/live", null), await AskAsync(http, "/health/ready", null)));
    }

    [Theory]
    [InlineData("Debug", LogLevel.Debug)]
    [InlineData("Information", LogLevel.Error)]
    [InlineData("Warning", LogLevel.Error)]
    [InlineData("Critical", LogLevel.Critical)]
    public void UnansweredCalls_AreLoggedOnlyForWhoLooksCloser(string asked, LogLevel expected)
    {
        using var observing = new SiloObserving(new SiloHostOptions { LogLevel = asked }, TimeProvider.System);
        Assert.Equal(expected, Assert.Single(observing.Levels.Current, level => level.Key == EngineCategories.UnansweredCalls).Value);
    }

    [Fact]
    public async Task ATokenFileThatCannotBeUsed_IsOneSentenceThatNamesIt()
    {
        var options = new SiloHostOptions { TokensFile = Path.Combine(_folder, "absent") };
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(options));
        Assert.True(StartupFault.TryDescribe(fault, options, out var sentence), fault.ToString());
        Assert.StartsWith($"silo-1 cannot start: --tokens {options.TokensFile} cannot be used", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithACertificate_ItIsHttpsAndNothingElse()
    {
        var files = _authority.Host();
        var options = new SiloHostOptions { HttpsCertificate = files.Certificate, HttpsKey = files.Key };
        var (http, _) = await StartAsync(options);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, "/metrics", null));
        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync($"http://127.0.0.1:{options.MetricsPort}/metrics"));
    }

    private async Task<(HttpClient Http, SiloObserving Observing)> StartAsync(SiloHostOptions options)
    {
        options.MetricsPort = FreePort();
        var observing = new SiloObserving(options, TimeProvider.System);
        _others.Add(observing);
        _pages.Add((await SiloPages.Start(options, observing))!);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOurs(certificate);
        var http = new HttpClient(handler) { BaseAddress = new Uri($"{(options.HttpsKey is null ? "http" : "https")}://127.0.0.1:{options.MetricsPort}") };
        _others.Add(http);
        return (http, observing);
    }

    private bool IsOurs(X509Certificate? certificate)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(_authority.AuthorityFile);
        return certificate?.Issuer == authority.Subject;
    }

    private static async Task<(HttpStatusCode Status, string? Detail)> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/ready");
        var body = await answer.Content.ReadFromJsonAsync<Dictionary<string, object>>();
        return (answer.StatusCode, body!.GetValueOrDefault("detail")?.ToString());
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string path, string? token, object? body = null)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request);
        // What is refused says of what kind it is.
        if (!answer.IsSuccessStatusCode) Assert.Equal(("application/problem+json", "Bearer"), (answer.Content.Headers.ContentType!.MediaType, Assert.Single(answer.Headers.WwwAuthenticate).Scheme));
        return answer.StatusCode;
    }

    private string Tokens()
    {
        var file = Path.Combine(_folder, "tokens");
        var salt = new byte[16];
        File.WriteAllLines(file, Roles.Select(role =>
            $"{role} {role} sha256:{Convert.ToHexStringLower(salt)}:{Convert.ToHexStringLower(SHA256.HashData([.. salt, .. Encoding.ASCII.GetBytes(Token(role))]))}"));
        return file;
    }

    private static string Token(string name) => $"{name}.secret";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
