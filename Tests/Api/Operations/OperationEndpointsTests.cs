using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Operations;

[Collection(ApiCollection.Name)]
public sealed class OperationEndpointsTests(ApiFixture api) : IDisposable
{
    private readonly RawConnection _connection = new(api.Address);
    private readonly string _key = Guid.NewGuid().ToString();

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task Store_CreatesWith201AndReplacesWith200()
    {
        var (created, body, _) = await PostAsync("/store", "\"value\":1");
        Assert.Equal((201, $$"""{"key":"{{_key}}","version":1,"created":true}"""), (created, body.GetRawText()));

        var (replaced, again, _) = await PostAsync("/store", "\"value\":2");
        Assert.Equal((200, $$"""{"key":"{{_key}}","version":2,"created":false}"""), (replaced, again.GetRawText()));
    }

    [Theory]
    [InlineData("""{"b" : [1.0, -0e2], "c":"\u00e9 é"}""")]
    [InlineData("null")]
    [InlineData("12345678901234567890.50")]
    [InlineData("\"\"")]
    public async Task Fetch_AnswersTheVeryBytesThatWereStored(string value)
    {
        await PostAsync("/store", $"\"value\":{value}");

        var (status, body, _) = await PostAsync("/fetch");
        Assert.Equal(200, status);
        Assert.Equal(value, body.GetProperty("value").GetRawText());
        Assert.Equal((_key, 1L, false), (body.GetProperty("key").GetString(), body.GetProperty("version").GetInt64(), body.GetProperty("stale").GetBoolean()));
        Assert.InRange(body.GetProperty("modified").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public async Task Fetch_OfNothing_Is404()
    {
        var (status, body, _) = await PostAsync("/fetch");

        Assert.Equal((404, "not-found"), (status, Code(body)));
    }

    [Theory]
    [InlineData("strong")]
    [InlineData("eventual")]
    public async Task Fetch_TakesAConsistency(string consistency)
    {
        await PostAsync("/store", "\"value\":1");

        var (status, body, _) = await PostAsync("/fetch", $"\"consistency\":\"{consistency}\"");
        Assert.Equal((200, 1), (status, body.GetProperty("value").GetInt32()));
    }

    [Fact]
    public async Task Update_ReplacesWhatExistsAndIs404OtherwiseWithoutCreating()
    {
        Assert.Equal(404, (await PostAsync("/update", "\"value\":1")).Status);
        Assert.Equal(404, (await PostAsync("/fetch")).Status);
        await PostAsync("/store", "\"value\":1");

        var (status, body, _) = await PostAsync("/update", "\"value\":2");
        Assert.Equal((200, $$"""{"key":"{{_key}}","version":2}"""), (status, body.GetRawText()));
    }

    [Fact]
    public async Task Delete_RemovesOnceAndIs404Then_AndVersionsGoOnRising()
    {
        await PostAsync("/store", "\"value\":1");

        var (status, body, _) = await PostAsync("/delete");
        Assert.Equal((200, $$"""{"key":"{{_key}}","deleted":true}"""), (status, body.GetRawText()));
        Assert.Equal(404, (await PostAsync("/fetch")).Status);
        Assert.Equal(404, (await PostAsync("/delete")).Status);
        var (created, again, _) = await PostAsync("/store", "\"value\":2");
        Assert.Equal((201, true), (created, again.GetProperty("version").GetInt64() > 1));
    }

    [Fact]
    public async Task Testset_SwapsOnlyWhatIsExpected()
    {
        Assert.Equal("""{"swapped":true,"version":1,"value":{"a":1}}""", await TestsetAsync("null", """{"a":1}"""));
        Assert.Equal("""{"swapped":false,"version":1,"value":{"a":1}}""", await TestsetAsync("null", "2"));
        Assert.Equal("""{"swapped":false,"version":1,"value":{"a":1}}""", await TestsetAsync("""{"a":2}""", "2"));
        // As JSON, not as bytes.
        Assert.Equal("""{"swapped":true,"version":2,"value":[3]}""", await TestsetAsync("""{ "a" : 1.0 }""", "[3]"));
    }

    [Fact]
    public async Task Testset_OfNothing_SaysThatNothingIsThere() =>
        Assert.Equal("""{"swapped":false,"version":0,"value":null}""", await TestsetAsync("1", "2"));

    [Theory]
    [InlineData("/store", "\"value\":9,\"ifVersion\":7", 409, "ifVersion")]
    [InlineData("/store", "\"value\":9,\"ifVersion\":1", 200, null)]
    [InlineData("/store", "\"value\":9,\"ifAbsent\":true", 409, "ifAbsent")]
    [InlineData("/update", "\"value\":9,\"ifVersion\":7", 409, "ifVersion")]
    [InlineData("/update", "\"value\":9,\"ifVersion\":1", 200, null)]
    [InlineData("/delete", "\"ifVersion\":7", 409, "ifVersion")]
    [InlineData("/delete", "\"ifVersion\":1", 200, null)]
    public async Task AConditionOnAVersion_HoldsOrIs409(string path, string fields, int expected, string? field)
    {
        await PostAsync("/store", "\"value\":1");

        var (status, body, _) = await PostAsync(path, fields);
        Assert.Equal(expected, status);
        if (expected != 409) return;
        Assert.Equal(("condition-failed", field, 1L), (Code(body), body.GetProperty("field").GetString(), body.GetProperty("version").GetInt64()));
        Assert.Equal(1, (await PostAsync("/fetch")).Body.GetProperty("value").GetInt32());
    }

    [Fact]
    public async Task AValueWithATimeToLive_SaysWhenItExpires()
    {
        await PostAsync("/store", "\"value\":1,\"ttlSeconds\":3600");

        var expires = (await PostAsync("/fetch")).Body.GetProperty("expires").GetDateTimeOffset();
        Assert.InRange(expires, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(70));
    }

    [Fact]
    public async Task AnExpiredValue_IsGone()
    {
        await PostAsync("/store", "\"value\":1,\"ttlSeconds\":0.05");
        var started = TimeProvider.System.GetTimestamp();
        while ((await PostAsync("/fetch")).Status != 404)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "expected the value to expire after 0.05 s");
            await Task.Delay(10);
        }

        Assert.Equal(201, (await PostAsync("/store", "\"value\":2")).Status);
    }

    [Fact]
    public async Task TheSameRequestId_AppliesOnceAndIsAnsweredAlike()
    {
        var first = await PostAsync("/store", "\"value\":1,\"requestId\":\"r\"");
        var second = await PostAsync("/store", "\"value\":1,\"requestId\":\"r\"");

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal(first.Body.GetRawText(), second.Body.GetRawText());
        Assert.Equal(1, (await PostAsync("/fetch")).Body.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task ARepeatedTestset_DoesNotSwapTwiceNorSucceedLater()
    {
        Assert.StartsWith("""{"swapped":true,"version":1""", await TestsetAsync("null", "1", "won"), StringComparison.Ordinal);
        Assert.StartsWith("""{"swapped":false""", await TestsetAsync("5", "6", "lost"), StringComparison.Ordinal);
        await PostAsync("/store", "\"value\":5");

        // Both outcomes are facts: the winner is not told that it lost, and the loser's twin does not win now that its 5 is there.
        Assert.StartsWith("""{"swapped":true,"version":1""", await TestsetAsync("null", "1", "won"), StringComparison.Ordinal);
        Assert.StartsWith("""{"swapped":false""", await TestsetAsync("5", "6", "lost"), StringComparison.Ordinal);
        Assert.Equal(5, (await PostAsync("/fetch")).Body.GetProperty("value").GetInt32());
    }

    [Fact]
    public async Task ARepeatedDelete_IsAnsweredFromMemoryAndDeletesNothingNew()
    {
        await PostAsync("/store", "\"value\":1");
        Assert.Equal(200, (await PostAsync("/delete", "\"requestId\":\"d\"")).Status);
        await PostAsync("/store", "\"value\":2");

        Assert.Equal(200, (await PostAsync("/delete", "\"requestId\":\"d\"")).Status);
        Assert.Equal(2, (await PostAsync("/fetch")).Body.GetProperty("value").GetInt32());
    }

    [Fact]
    public async Task OneRequestId_ServesSeveralKeys()
    {
        await PostAsync("/store", "\"value\":1,\"requestId\":\"shared\"");

        var (status, _, _) = await _connection.PostAsync("/store", $$"""{"key":"{{_key}}-other","value":1,"requestId":"shared"}""");
        Assert.Equal(201, status);
    }

    [Fact]
    public async Task AnyKeyOfUtf8_IsItself()
    {
        foreach (var key in new[] { "ключ", "a/b?c#d", "with \"quotes\" and \\", "\u0001\n\t", "😀", new string('k', 1024), " ", "." })
        {
            var json = JsonSerializer.Serialize(key + (key.Length < 900 ? _key : ""));
            Assert.InRange((await _connection.PostAsync("/store", $$"""{"key":{{json}},"value":{{json}}}""")).Status, 200, 201);
            var (status, body, _) = await _connection.PostAsync("/fetch", $$"""{"key":{{json}}}""");
            Assert.Equal(200, status);
            Assert.Equal(body.GetProperty("value").GetString(), body.GetProperty("key").GetString());
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    [InlineData(8 * 1024 * 1024)]
    public async Task ALargeValue_IsStoredAndFetchedWhole(int bytes)
    {
        var random = new Random(bytes);
        var text = new string([.. Enumerable.Range(0, bytes - 2).Select(_ => (char)random.Next('a', 'z'))]);
        var body = Encoding.UTF8.GetBytes($$"""{"key":"{{_key}}","value":"{{text}}"}""");

        Assert.Equal(201, (await _connection.PostAsync("/store", body)).Status);
        var (status, fetched, _) = await PostAsync("/fetch");
        Assert.True(status == 200, fetched.GetRawText());
        Assert.Equal(text, fetched.GetProperty("value").GetString());
        Assert.Equal(200, (await _connection.PostChunkedAsync("/store", body, 50_000)).Status);
    }

    private async Task<string> TestsetAsync(string expect, string value, string? requestId = null)
    {
        var id = requestId is null ? "" : $",\"requestId\":\"{requestId}\"";
        var (status, body, _) = await PostAsync("/testset", $"\"expect\":{expect},\"value\":{value}{id}");
        Assert.Equal(200, status);
        return body.GetRawText();
    }

    private Task<(int Status, JsonElement Body, string Head)> PostAsync(string path, string fields = "") =>
        _connection.PostAsync(path, $$"""{"key":"{{_key}}"{{(fields.Length > 0 ? "," : "")}}{{fields}}}""");

    private static string? Code(JsonElement body) => body.GetProperty("code").GetString();
}
