using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Keys;

[Collection(ApiCollection.Name)]
public sealed class RawEndpointsTests(ApiFixture api) : IDisposable
{
    private static readonly byte[] Picture = [0x89, 0x50, 0x4E, 0x47, 0, 255, 13, 10];

    private readonly HttpClient _http = new() { BaseAddress = api.Address };
    private readonly string _key = Guid.NewGuid().ToString();

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Bytes_ComeBackAsTheyWent_WithTheirTypeVersionAndTime(string method)
    {
        var (status, body) = await SetAsync(Picture, "image/png", method);
        Assert.Equal((200, $$"""{"key":"{{_key}}","version":1,"created":true}"""), (status, body.GetRawText()));

        using var got = await _http.GetAsync(GetPath);
        Assert.Equal((HttpStatusCode.OK, "image/png", "\"1\""), (got.StatusCode, got.Content.Headers.ContentType!.ToString(), got.Headers.ETag!.Tag));
        Assert.Equal(Picture, await got.Content.ReadAsByteArrayAsync());
        Assert.InRange(got.Content.Headers.LastModified!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        // What somebody stored must not act in this host's name in a browser.
        Assert.Equal(("nosniff", "sandbox"), (got.Headers.GetValues("X-Content-Type-Options").Single(), got.Headers.GetValues("Content-Security-Policy").Single()));
        Assert.True(got.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task Json_IsTheSameValueForBothSides()
    {
        await SetAsync("{ \"a\":1.0 }"u8.ToArray(), "application/json; charset=utf-8");
        Assert.Equal("""{ "a":1.0 }""", (await FetchAsync()).GetProperty("value").GetRawText());
        Assert.False((await FetchAsync()).TryGetProperty("contentType", out _));

        await _http.PostAsync("/store", new StringContent($$"""{"key":"{{_key}}","value": [1, 2]}"""));
        using var got = await _http.GetAsync(GetPath);
        Assert.Equal(("[1, 2]", "application/json"), (await got.Content.ReadAsStringAsync(), got.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task WhatIsNotJson_IsRefusedAsJson()
    {
        var (status, problem) = await SetAsync("[1,\n2"u8.ToArray(), "application/json");
        Assert.Equal((400, "malformed", 2), (status, problem.GetProperty("code").GetString(), problem.GetProperty("position").GetProperty("line").GetInt32()));
        Assert.Equal(400, (await SetAsync("{"u8.ToArray(), "application/problem+json")).Status);
        Assert.Equal(400, (await SetAsync([0xFF], "application/json")).Status);
        Assert.Equal(404, (int)(await _http.GetAsync(GetPath)).StatusCode);
    }

    [Theory]
    [InlineData("42", null, "application/json")]
    [InlineData("42", "application/x-www-form-urlencoded", "application/json")]
    [InlineData("hello", "application/x-www-form-urlencoded", "application/octet-stream")]
    [InlineData("", null, "application/octet-stream")]
    [InlineData("42", "text/plain", "text/plain")]
    public async Task WithoutAType_BytesAreJsonIfTheyCanBe(string body, string? type, string stored)
    {
        Assert.Equal(200, (await SetAsync(Encoding.UTF8.GetBytes(body), type)).Status);
        using var got = await _http.GetAsync(GetPath);
        Assert.Equal((body, stored), (await got.Content.ReadAsStringAsync(), got.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task OtherTypes_AreBase64InJson_BothWays()
    {
        await SetAsync(Picture, "image/png");
        var fetched = await FetchAsync();
        Assert.Equal(("image/png", "base64"), (fetched.GetProperty("contentType").GetString(), fetched.GetProperty("encoding").GetString()));
        Assert.Equal(Picture, fetched.GetProperty("value").GetBytesFromBase64());

        var text = Convert.ToBase64String(Picture.Reverse().ToArray());
        var swap = $$"""{"key":"{{_key}}","expect":"{{Convert.ToBase64String(Picture)}}","expectContentType":"image/png","value":"{{text}}","encoding":"base64"}""";
        var swapped = await JsonAsync("/testset", swap);
        Assert.True(swapped.GetProperty("swapped").GetBoolean());
        Assert.Equal(("application/octet-stream", text), (swapped.GetProperty("contentType").GetString(), swapped.GetProperty("value").GetString()));
        using var got = await _http.GetAsync(GetPath);
        Assert.Equal("application/octet-stream", got.Content.Headers.ContentType!.ToString());
        Assert.Equal(Picture.Reverse(), await got.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("\"value\":\"AQI=\",\"contentType\":\"nonsense\"", "contentType")]
    [InlineData("\"value\":\"AQI=\",\"contentType\":\"*/*\"", "contentType")]
    [InlineData("\"value\":\"AQI\",\"contentType\":\"text/plain\"", "value")]
    [InlineData("\"value\":1,\"encoding\":\"base64\"", "value")]
    [InlineData("\"value\":\"AQI=\",\"encoding\":\"hex\"", "encoding")]
    [InlineData("\"value\":\"AQI=\",\"encoding\":\"base64\",\"contentType\":\"application/json\"", "encoding")]
    public async Task ABadEncoding_IsNamed(string fields, string field)
    {
        using var response = await _http.PostAsync("/store", new StringContent($$"""{"key":"{{_key}}",{{fields}}}"""));
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(field, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Head_SaysWhatGetWould_WithoutTheBody()
    {
        await SetAsync(Picture, "image/png");
        using var head = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, GetPath));
        Assert.Equal((HttpStatusCode.OK, 8L, "\"1\""), (head.StatusCode, head.Content.Headers.ContentLength, head.Headers.ETag!.Tag));
        using var none = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, GetPath + "-none"));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Empty(await none.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task ConditionsAndRanges_OfReads_AreThoseOfHttp()
    {
        await SetAsync(Picture, "image/png");
        Assert.Equal((304, 0), await GetAsync("If-None-Match", "\"1\""));
        Assert.Equal((200, 8), await GetAsync("If-None-Match", "\"2\""));
        Assert.Equal(412, (await GetAsync("If-Match", "\"2\"")).Status);
        Assert.Equal((206, 3), await GetAsync("Range", "bytes=2-4"));
        Assert.Equal((206, 2), await GetAsync("Range", "bytes=-2"));
        Assert.Equal(416, (await GetAsync("Range", "bytes=8-")).Status);
    }

    [Fact]
    public async Task ConditionsOfWrites_AreKept()
    {
        Assert.Equal(200, (await SetAsync(Picture, "image/png", noneMatch: "*")).Status);
        Assert.Equal(412, (await SetAsync(Picture, "image/png", noneMatch: "*")).Status);
        Assert.Equal(412, (await SetAsync(Picture, "image/png", match: "\"9\"")).Status);
        var (status, body) = await SetAsync([1], "image/png", match: "\"1\"");
        Assert.Equal((200, 2L, false), (status, body.GetProperty("version").GetInt64(), body.GetProperty("created").GetBoolean()));
    }

    [Fact]
    public async Task ATimeToLive_ShowsWhenItEnds_AndARepeatedRequestHappensOnce()
    {
        var first = await SetAsync(Picture, "image/png", query: "?ttl=90.5&requestId=r1");
        var again = await SetAsync(Picture, "image/png", query: "?ttl=90.5&requestId=r1");
        Assert.Equal(first.Body.GetRawText(), again.Body.GetRawText());

        using var got = await _http.GetAsync(GetPath + "?consistency=strong");
        var expires = DateTimeOffset.Parse(got.Headers.GetValues("Kv-Expires").Single(), provider: null);
        Assert.InRange(expires, DateTimeOffset.UtcNow.AddSeconds(-240), DateTimeOffset.UtcNow.AddSeconds(91));
    }

    [Theory]
    [InlineData("?ttl=0")]
    [InlineData("?ttl=x")]
    [InlineData("?ttl=1&ttl=2")]
    [InlineData("?tll=1")]
    [InlineData("?consistency=strong")]
    [InlineData("?requestId=")]
    public async Task ABadQuery_IsRefused(string query)
    {
        Assert.Equal(400, (await SetAsync([1], "image/png", query: query)).Status);
        Assert.Equal(404, (int)(await _http.GetAsync(GetPath)).StatusCode);
    }

    [Fact]
    public async Task AValueOf8MiB_IsStored_OneByteMoreIsNot_AndTheConnectionGoesOn()
    {
        var value = new byte[8 * 1024 * 1024];
        new Random(1).NextBytes(value);
        var (status, problem) = await SetAsync([.. value, 1], "application/octet-stream");
        Assert.Equal((413, "value-too-large"), (status, problem.GetProperty("code").GetString()));

        // So much at once takes a busy machine longer than a request may last: repeated, as clients do.
        await Repeated(async () => (await SetAsync(value, "application/octet-stream", query: "?requestId=large")).Status == 200);
        await Repeated(async () =>
        {
            using var got = await _http.GetAsync(GetPath);
            if (got.StatusCode != HttpStatusCode.OK) return false;
            Assert.Equal(value, await got.Content.ReadAsByteArrayAsync());
            return true;
        });
    }

    private string GetPath => "/get/" + _key;

    private async Task<(int Status, JsonElement Body)> SetAsync(
        byte[] value, string? type, string method = "POST", string query = "", string? match = null, string? noneMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/set/" + _key + query) { Content = new ByteArrayContent(value) };
        if (type is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (match is not null) request.Headers.Add("If-Match", match);
        if (noneMatch is not null) request.Headers.Add("If-None-Match", noneMatch);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<(int Status, int Length)> GetAsync(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GetPath);
        request.Headers.Add(header, value);
        using var response = await _http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        if ((int)response.StatusCode is 412 or 416) Assert.NotNull(JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        return ((int)response.StatusCode, body.Length);
    }

    private static async Task Repeated(Func<Task<bool>> request)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await request())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "expected the request to succeed within a minute");
            await Task.Delay(100);
        }
    }

    private Task<JsonElement> FetchAsync() => JsonAsync("/fetch", $$"""{"key":"{{_key}}"}""");

    private async Task<JsonElement> JsonAsync(string path, string body)
    {
        using var response = await _http.PostAsync(path, new StringContent(body));
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
