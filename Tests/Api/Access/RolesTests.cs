using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Orleans.Kv.Api.Access;
using Orleans.Kv.Api.OpenApi;
using Orleans.Kv.Interfaces.Security;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Access;

/// <summary>Whom each route is for, over every route that is mapped.</summary>
public sealed class RolesTests : IDisposable
{
    // What each needs is written down here once more: who changes a role has to mean it.
    private static readonly Dictionary<string, string?> Expected = new()
    {
        ["GET /health/live"] = null,
        ["GET /health/ready"] = null,
        ["GET /openapi/v1.json"] = null,
        ["GET /docs"] = null,
        ["GET /client"] = null,
        ["GET /dashboard"] = null,
        ["POST /fetch"] = "read",
        ["POST /list"] = "read",
        ["POST /batch"] = "read",
        ["GET /watch"] = "read",
        ["GET /get/{key}"] = "read",
        ["HEAD /get/{key}"] = "read",
        ["GET /key-value-store/{key}"] = "read",
        ["HEAD /key-value-store/{key}"] = "read",
        ["GET /conf"] = "read",
        ["GET /cluster"] = "read",
        ["GET /statistics"] = "read",
        ["GET /metrics"] = "read",
        ["GET /log-level"] = "read",
        ["GET /issynch"] = "read",
        ["POST /issynch"] = "read",
        ["GET /conflicts"] = "read",
        ["POST /store"] = "write",
        ["POST /update"] = "write",
        ["POST /delete"] = "write",
        ["POST /testset"] = "write",
        ["POST /touch"] = "write",
        ["POST /set/{key}"] = "write",
        ["PUT /set/{key}"] = "write",
        ["PUT /key-value-store/{key}"] = "write",
        ["DELETE /key-value-store/{key}"] = "write",
        ["DELETE /conflicts/{id}"] = "write",
        ["POST /conf"] = "admin",
        ["POST /log-level"] = "admin",
        ["POST /cluster/drain"] = "admin",
        ["POST /cluster/recover"] = "admin",
    };

    private readonly TokenFile _file = new();
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, string> _tokens;

    public RolesTests() => _tokens = new() { ["read"] = _file.Add("r", "read"), ["write"] = _file.Add("w", "write"), ["admin"] = _file.Add("a", "admin") };

    public void Dispose()
    {
        _http.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task EveryRoute_LetsThroughItsRoleAndThoseAbove_AndNobodyElse()
    {
        await using var api = await FakeApi.StartAsync(configure: options => options.Access.TokensFile = _file.Path);
        foreach (var (method, route) in Mapped(api))
        {
            var required = Expected.TryGetValue($"{method} {route.RoutePattern.RawText}", out var known) ? known : NameOf(route);
            var name = $"{method} {route.RoutePattern.RawText}";
            var (anonymous, challenge) = await AskAsync(api, method, route, null);
            if (required is null)
            {
                Assert.True(anonymous is not (401 or 403), $"{name} is open, and answers {anonymous} without a token");
                continue;
            }

            Assert.True(anonymous == 401, $"{name} answers {anonymous} without a token");
            Assert.Equal("Bearer realm=\"orleans-kv\"", challenge);
            (var wrong, challenge) = await AskAsync(api, method, route, "r." + new string('0', 64));
            Assert.True(wrong == 401, $"{name} answers {wrong} to a wrong token");
            Assert.Contains("error=\"invalid_token\"", challenge, StringComparison.Ordinal);
            foreach (var (role, token) in _tokens)
            {
                var (status, why) = await AskAsync(api, method, route, token);
                Assert.True(status == 403 == RankOf(role) < RankOf(required) && status != 401, $"{name} needs {required}, and answers {status} to {role}");
                if (status == 403) Assert.Equal($"Bearer realm=\"orleans-kv\", error=\"insufficient_scope\", scope=\"{required}\"", why);
            }
        }
    }

    [Fact]
    public async Task EveryRoute_SaysWhomItIsFor_AndSoDoesTheDescription()
    {
        await using var api = await FakeApi.StartAsync();
        var described = JsonDocument.Parse(Description.Compose()).RootElement.GetProperty("paths");
        foreach (var (method, route) in Mapped(api))
        {
            var name = $"{method} {route.RoutePattern.RawText}";
            Assert.True(route.Metadata.GetMetadata<RequiredRole>() is not null, $"{name} does not say whom it is for: .Needs(Role) or .IsOpen() where it is mapped");
            var security = described.GetProperty(route.RoutePattern.RawText!).GetProperty(method.ToLowerInvariant()).GetProperty("security");
            var required = NameOf(route);
            Assert.Equal((name, required is null ? "[]" : $$"""[{"token":["{{required}}"]}]"""), (name, security.GetRawText()));
        }

        Assert.All(Expected, expected =>
        {
            var mapped = Mapped(api).Single(one => $"{one.Method} {one.Route.RoutePattern.RawText}" == expected.Key);
            Assert.Equal((expected.Key, expected.Value), (expected.Key, NameOf(mapped.Route)));
        });
    }

    [Fact]
    public async Task ABatch_OfFetchesIsForReaders_OneWithAWriteIsNot()
    {
        await using var api = await FakeApi.StartAsync(configure: options => options.Access.TokensFile = _file.Path);
        Assert.Equal(403, await BatchAsync(api, "read", """{"operations":[{"op":"fetch","key":"a"},{"op":"delete","key":"a"}]}"""));
        Assert.NotEqual(403, await BatchAsync(api, "read", """{"operations":[]}"""));
        api.Cluster.Batch = (_, _) => throw new InvalidOperationException();
        Assert.NotEqual(403, await BatchAsync(api, "write", """{"operations":[{"op":"delete"}]}"""));
    }

    [Fact]
    public async Task WhereThereIsNoSuchRoute_OnlyWhoHasATokenHearsOfIt()
    {
        await using var api = await FakeApi.StartAsync(configure: options => options.Access.TokensFile = _file.Path);
        Assert.Equal(401, await StatusAsync(api, HttpMethod.Get, "/nothing", null));
        Assert.Equal(404, await StatusAsync(api, HttpMethod.Get, "/nothing", _tokens["read"]));
        Assert.Equal(401, await StatusAsync(api, HttpMethod.Get, "/store", null));
        Assert.Equal(405, await StatusAsync(api, HttpMethod.Get, "/store", _tokens["read"]));
    }

    [Theory]
    [InlineData("Basic cjp4")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Token x")]
    public async Task AnotherKindOfCredential_IsRefused(string header)
    {
        await using var api = await FakeApi.StartAsync(configure: options => options.Access.TokensFile = _file.Path);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(api.Address, "/conf"));
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var response = await _http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("unauthenticated", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Method, RouteEndpoint Route)> Mapped(FakeApi api) =>
        api.Routes.SelectMany(route => route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => (method, route)));

    private static string? NameOf(RouteEndpoint route) => route.Metadata.GetMetadata<RequiredRole>() is { Role: { } role } ? RoleNames.NameOf(role) : null;

    private static int RankOf(string role) => Array.IndexOf(["read", "write", "admin"], role);

    private Task<int> StatusAsync(FakeApi api, HttpMethod method, string path, string? token) => SendAsync(new HttpRequestMessage(method, new Uri(api.Address, path)), token);

    // A body that no operation takes: what is behind the check is not to be reached further than needed.
    private async Task<(int Status, string Challenge)> AskAsync(FakeApi api, string method, RouteEndpoint route, string? token)
    {
        var path = route.RoutePattern.RawText!.Replace("{key}", "k", StringComparison.Ordinal).Replace("{id}", "i", StringComparison.Ordinal).Replace("{**path}", "", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), new Uri(api.Address, path + "?none=1"));
        if (method is "POST" or "PUT") request.Content = new StringContent("]", Encoding.UTF8, "application/json");
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ((int)response.StatusCode, response.Headers.WwwAuthenticate.ToString());
    }

    private Task<int> BatchAsync(FakeApi api, string role, string body) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(api.Address, "/batch")) { Content = new StringContent(body) }, _tokens[role]);

    private async Task<int> SendAsync(HttpRequestMessage request, string? token)
    {
        using (request)
        {
            if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await _http.SendAsync(request);
            return (int)response.StatusCode;
        }
    }
}
