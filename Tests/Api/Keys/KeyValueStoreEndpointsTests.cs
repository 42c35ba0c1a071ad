using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Keys;

[Collection(ApiCollection.Name)]
public sealed class KeyValueStoreEndpointsTests(ApiFixture api) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = api.Address };
    private readonly string _key = Guid.NewGuid().ToString();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task AResource_IsCreatedReadReplacedAndDeleted()
    {
        var (created, body, tag) = await SendAsync(HttpMethod.Put, """{"value": {"a": 1}}""");
        Assert.Equal((201, $$"""{"key":"{{_key}}","version":1,"created":true}""", "\"1\""), (created, body.GetRawText(), tag));

        (var status, body, tag) = await SendAsync(HttpMethod.Get);
        Assert.Equal((200, """{"a": 1}""", "\"1\""), (status, body.GetProperty("value").GetRawText(), tag));

        (status, body, tag) = await SendAsync(HttpMethod.Put, """{"value": 2}""");
        Assert.Equal((200, false, "\"2\""), (status, body.GetProperty("created").GetBoolean(), tag));

        (status, body, _) = await SendAsync(HttpMethod.Delete);
        Assert.Equal((200, $$"""{"key":"{{_key}}","deleted":true}"""), (status, body.GetRawText()));
        Assert.Equal((404, "not-found"), Failure(await SendAsync(HttpMethod.Get)));
        Assert.Equal((404, "not-found"), Failure(await SendAsync(HttpMethod.Delete)));
    }

    [Fact]
    public async Task WhatStoreWrote_IsHere_AndTheOtherWayRound()
    {
        await _http.PostAsync("/store", new StringContent($$"""{"key":"{{_key}}","value":"a"}"""));
        Assert.Equal("a", (await SendAsync(HttpMethod.Get)).Body.GetProperty("value").GetString());
        await SendAsync(HttpMethod.Put, """{"value":"b"}""");
        var fetched = await _http.PostAsync("/fetch", new StringContent($$"""{"key":"{{_key}}"}"""));
        Assert.Contains("\"value\":\"b\",\"version\":2", await fetched.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task IfMatch_LetsOnlyTheVersionThatWasSeenBeReplaced()
    {
        Assert.Equal((412, "condition-failed"), Failure(await SendAsync(HttpMethod.Put, """{"value":1}""", match: "*")));
        Assert.Equal((412, "condition-failed"), Failure(await SendAsync(HttpMethod.Put, """{"value":1}""", match: "\"1\"")));
        await SendAsync(HttpMethod.Put, """{"value":1}""");
        Assert.Equal(200, (await SendAsync(HttpMethod.Put, """{"value":2}""", match: "\"1\"")).Status);

        var (status, problem, _) = await SendAsync(HttpMethod.Put, """{"value":3}""", match: "\"1\"");
        Assert.Equal((412, 2L, "If-Match"), (status, problem.GetProperty("version").GetInt64(), problem.GetProperty("field").GetString()));
        // Tags that no answer ever had, and weak ones, match nothing.
        Assert.Equal(412, (await SendAsync(HttpMethod.Put, """{"value":3}""", match: "\"x\"")).Status);
        Assert.Equal(412, (await SendAsync(HttpMethod.Put, """{"value":3}""", match: "W/\"2\"")).Status);
        Assert.Equal(412, (await SendAsync(HttpMethod.Delete, match: "\"1\"")).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Put, """{"value":3}""", match: "*")).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Delete, match: "\"3\"")).Status);
        Assert.Equal(412, (await SendAsync(HttpMethod.Delete, match: "*")).Status);
    }

    [Fact]
    public async Task IfNoneMatch_CreatesOnlyOnce_AndSparesWhoHasIt()
    {
        Assert.Equal(201, (await SendAsync(HttpMethod.Put, """{"value":1}""", noneMatch: "*")).Status);
        Assert.Equal((412, "condition-failed"), Failure(await SendAsync(HttpMethod.Put, """{"value":1}""", noneMatch: "*")));

        using var known = await RequestAsync(HttpMethod.Get, null, null, "\"7\", W/\"1\"");
        Assert.Equal((HttpStatusCode.NotModified, 0), (known.StatusCode, (await known.Content.ReadAsByteArrayAsync()).Length));
        Assert.Equal("\"1\"", known.Headers.ETag!.Tag);
        Assert.Equal(200, (await SendAsync(HttpMethod.Get, noneMatch: "\"2\"")).Status);
    }

    [Theory]
    [InlineData("If-Match", "\"1\", \"2\"", "If-Match")]
    [InlineData("If-Match", "1", "If-Match")]
    [InlineData("If-None-Match", "\"1\"", "If-None-Match")]
    public async Task AConditionThatCannotBeKept_IsRefusedAndNotPassedOver(string header, string value, string field)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Path()) { Content = new StringContent("""{"value":1}""") };
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await _http.SendAsync(request);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((400, field), ((int)response.StatusCode, problem.GetProperty("field").GetString()));
        Assert.Equal(404, (await SendAsync(HttpMethod.Get)).Status);
    }

    [Theory]
    [InlineData("""{"key":"a","value":1}""", "unknown-field")]
    [InlineData("{}", "missing-field")]
    [InlineData("1", "malformed")]
    [InlineData("""{"value":1,"ifVersion":1,"ifAbsent":true}""", "invalid-field")]
    public async Task ABadBody_IsNamed(string body, string code) =>
        Assert.Equal((400, code), Failure(await SendAsync(HttpMethod.Put, body)));

    [Fact]
    public async Task BodiesTakeConditionsToo_ButNotBesideHeaders()
    {
        await SendAsync(HttpMethod.Put, """{"value":1}""");
        Assert.Equal((409, "condition-failed"), Failure(await SendAsync(HttpMethod.Put, """{"value":1,"ifAbsent":true}""")));
        Assert.Equal((400, "invalid-field"), Failure(await SendAsync(HttpMethod.Put, """{"value":1,"ifVersion":1}""", match: "\"1\"")));
    }

    [Theory]
    [InlineData("a/b/../../c")]
    [InlineData("%")]
    [InlineData("a%2Fb")]
    [InlineData("ключ/键/🔑 ?#&=+")]
    [InlineData("./..")]
    [InlineData("/")]
    [InlineData("\u0001\u007f")]
    public async Task AnyKey_CanBeNamedInAPath(string key)
    {
        using var connection = new RawConnection(api.Address);
        key = _key + key;
        // Escaped throughout, dots as well, as nobody on the way may resolve them.
        var path = "/key-value-store/" + string.Concat(Encoding.UTF8.GetBytes(key).Select(b => $"%{b:x2}"));
        const string Body = """{"value":1}""";
        var (status, body, _) = await connection.SendAsync($"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        Assert.Equal((201, key), (status, body.GetProperty("key").GetString()));
        (status, body, _) = await connection.PostAsync("/fetch", JsonSerializer.Serialize(new { key }));
        Assert.Equal((200, key), (status, body.GetProperty("key").GetString()));
        Assert.Equal(200, (await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
    }

    [Fact]
    public async Task SlashesAndDots_NeedNoEscapes()
    {
        using var connection = new RawConnection(api.Address);
        Assert.Equal(201, (await connection.PostAsync("/store", $$"""{"key":"{{_key}}/../b","value":1}""")).Status);
        Assert.Equal(200, (await connection.SendAsync($"GET /key-value-store/{_key}/../b HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
    }

    [Fact]
    public async Task OtherMethodsAndParameters_AreRefusedByName()
    {
        var (status, problem, _) = await SendAsync(HttpMethod.Patch, "{}");
        Assert.Equal((405, "method-not-allowed"), (status, problem.GetProperty("code").GetString()));
        Assert.Contains($"/key-value-store/{_key}", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var response = await _http.GetAsync(Path() + "?consistent=strong");
        Assert.Contains("unknown-field", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static (int Status, string? Code) Failure((int Status, JsonElement Body, string? Tag) answer) =>
        (answer.Status, answer.Body.GetProperty("code").GetString());

    private string Path() => "/key-value-store/" + _key;

    private async Task<(int Status, JsonElement Body, string? Tag)> SendAsync(HttpMethod method, string? body = null, string? match = null, string? noneMatch = null)
    {
        using var response = await RequestAsync(method, body, match, noneMatch);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement, response.Headers.ETag?.Tag);
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string? body, string? match, string? noneMatch)
    {
        using var request = new HttpRequestMessage(method, Path());
        if (body is not null) request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        if (match is not null) request.Headers.Add("If-Match", match);
        if (noneMatch is not null) request.Headers.Add("If-None-Match", noneMatch);
        return await _http.SendAsync(request);
    }
}
