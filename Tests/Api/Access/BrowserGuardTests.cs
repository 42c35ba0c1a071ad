using System.Net;
using System.Text;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary>What a page that somebody else wrote can do to a store on its reader's own machine.</summary>
public sealed class BrowserGuardTests : IDisposable
{
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("http://evil.example", null)]
    [InlineData("null", null)]
    [InlineData("http://127.0.0.1:1", null)]
    [InlineData("http://evil.example:{port}", "evil.example:{port}")]
    [InlineData(null, "evil.example:{port}")]
    public async Task ARequestFromElsewhere_IsRefusedBeforeItDoesAnything(string? origin, string? host)
    {
        await using var api = await FakeApi.StartAsync();
        var (status, body) = await SendAsync(api, origin, host);
        Assert.Equal((HttpStatusCode.Forbidden, true), (status, body.Contains("foreign-origin", StringComparison.Ordinal)));
        Assert.Empty(api.Cluster.Calls);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{port}", null)]
    [InlineData("http://localhost:{port}", "localhost:{port}")]
    [InlineData("http://kv.localhost:{port}", "kv.localhost:{port}")]
    [InlineData(null, "kv")]
    [InlineData(null, "[::1]:{port}")]
    public async Task ARequestOfItsOwnPages_AndOfPrograms_IsTaken(string? origin, string? host)
    {
        await using var api = await FakeApi.StartAsync();
        // 400: it has come to where bodies are read.
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(api, origin, host)).Status);
    }

    [Fact]
    public async Task AHostThatWasToldToDoWithoutTokens_IsAskedByAnyName_AndNotByOtherPages()
    {
        await using var api = await FakeApi.StartAsync(configure: options => options.Access.Insecure = true);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(api, null, "kv.example.net")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(api, "http://evil.example", "kv.example.net")).Status);
    }

    private async Task<(HttpStatusCode Status, string Body)> SendAsync(FakeApi api, string? origin, string? host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Address, "/store")) { Content = new StringContent("]", Encoding.UTF8, "text/plain") };
        if (origin is not null) request.Headers.Add("Origin", Here(origin, api));
        if (host is not null) request.Headers.Host = Here(host, api);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Here(string text, FakeApi api) => text.Replace("{port}", $"{api.Address.Port}", StringComparison.Ordinal);
}
