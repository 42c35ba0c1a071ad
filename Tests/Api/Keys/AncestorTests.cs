using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Keys;

/// <summary>What the stores that this one descends from were asked over HTTP, as their users type it with curl.</summary>
[Collection(ApiCollection.Name)]
public sealed class AncestorTests(ApiFixture api) : IDisposable
{
    // What curl -d says of any body.
    private const string Form = "application/x-www-form-urlencoded";

    private readonly HttpClient _http = new() { BaseAddress = api.Address };
    private readonly string _key = Guid.NewGuid().ToString("N");

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task KeyValueStore_IsPutReadAndDeleted()
    {
        Assert.Equal(201, (await CurlAsync("PUT", $"/key-value-store/{_key}", """{"value": "sampleValue"}""")).Status);
        Assert.Equal(200, (await CurlAsync("PUT", $"/key-value-store/{_key}", """{"value": "another"}""")).Status);
        var (status, body) = await CurlAsync("GET", $"/key-value-store/{_key}");
        Assert.Equal((200, "another"), (status, body.GetProperty("value").GetString()));
        Assert.Equal(200, (await CurlAsync("DELETE", $"/key-value-store/{_key}")).Status);
        Assert.Equal(404, (await CurlAsync("GET", $"/key-value-store/{_key}")).Status);
        Assert.Equal(404, (await CurlAsync("DELETE", $"/key-value-store/{_key}")).Status);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("""{"name": "x", "age": 3}""")]
    [InlineData("just text, with spaces")]
    public async Task SetAndGet_KeepTheBody(string value)
    {
        Assert.Equal(200, (await CurlAsync("POST", $"/set/{_key}", value)).Status);
        Assert.Equal(value, await _http.GetStringAsync($"/get/{_key}"));
    }

    [Fact]
    public async Task StoreFetchUpdateDelete_ArePosts()
    {
        Assert.Equal(201, (await CurlAsync("POST", "/store", $$"""{"key": "{{_key}}", "value": 1}""")).Status);
        Assert.Equal(1, (await CurlAsync("POST", "/fetch", $$"""{"key": "{{_key}}"}""")).Body.GetProperty("value").GetInt32());
        Assert.Equal(200, (await CurlAsync("POST", "/update", $$"""{"key": "{{_key}}", "value": 2}""")).Status);
        Assert.Equal(200, (await CurlAsync("POST", "/delete", $$"""{"key": "{{_key}}"}""")).Status);
        Assert.Equal(404, (await CurlAsync("POST", "/update", $$"""{"key": "{{_key}}", "value": 3}""")).Status);
    }

    [Fact]
    public async Task TestSet_SwapsWhatIsExpected()
    {
        await CurlAsync("POST", "/store", $$"""{"key": "{{_key}}", "value": "old"}""");
        Assert.True((await CurlAsync("POST", "/testset", $$"""{"key": "{{_key}}", "expect": "old", "value": "new"}""")).Body.GetProperty("swapped").GetBoolean());
        var (status, body) = await CurlAsync("POST", "/testset", $$"""{"key": "{{_key}}", "expect": "old", "value": "newer"}""");
        Assert.Equal((200, false, "new"), (status, body.GetProperty("swapped").GetBoolean(), body.GetProperty("value").GetString()));
    }

    [Fact]
    public async Task Conf_ChoosesTheModeByItsNumber_AndIsSynchNeedsNoBody()
    {
        var (status, body) = await CurlAsync("POST", "/conf", """{"v": 1}""");
        Assert.Equal((200, "CP"), (status, body.GetProperty("mode").GetString()));
        Assert.Equal(1, (await CurlAsync("GET", "/conf")).Body.GetProperty("v").GetInt32());
        (status, body) = await CurlAsync("POST", "/issynch");
        Assert.Equal((200, 3), (status, body.GetProperty("nodes").GetArrayLength()));
        Assert.Equal(200, (await CurlAsync("GET", "/issynch")).Status);
    }

    private async Task<(int Status, JsonElement Body)> CurlAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, Form);
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }
}
