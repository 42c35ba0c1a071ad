using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Listing;

/// <summary>Lists over HTTP of what real silos hold.</summary>
[Collection(ApiCollection.Name)]
public sealed class ListingTests(ApiFixture api) : IDisposable
{
    private readonly RawConnection _connection = new(api.Address);
    private readonly string _prefix = Guid.NewGuid() + "/";

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task Pages_HaveTheKeysThatExist_InOrder()
    {
        foreach (var key in (string[])["b", "a/2", "a/1", "ü", "gone"])
            Assert.Equal(201, (await _connection.PostAsync("/store", $$"""{"key":"{{_prefix}}{{key}}","value":1}""")).Status);
        Assert.Equal(200, (await _connection.PostAsync("/delete", $$"""{"key":"{{_prefix}}gone"}""")).Status);

        Assert.Equal(("a/1 a/2 b ü", null), await ListAsync(""));
        Assert.Equal(("a/1 a/2", null), await ListAsync("a/"));
        var (first, next) = await ListAsync("", limit: 3);
        Assert.Equal(("a/1 a/2 b", "b"), (first, next));
        Assert.Equal(("ü", null), await ListAsync("", after: next));
    }

    [Fact]
    public async Task Touch_SaysHowLongAValueLives_AndNullMeansForEver()
    {
        var key = $"\"key\":\"{_prefix}touched\"";
        Assert.Equal((404, "not-found"), Of(await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":60}}")));
        await _connection.PostAsync("/store", $"{{{key},\"value\":1}}");

        var (status, body, _) = await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":3600}}");
        Assert.Equal((200, $$"""{"key":"{{_prefix}}touched","version":2}"""), (status, body.GetRawText()));
        var fetched = (await _connection.PostAsync("/fetch", $"{{{key}}}")).Body;
        Assert.InRange(fetched.GetProperty("expires").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(70));
        Assert.Equal((2, 1), (fetched.GetProperty("version").GetInt64(), fetched.GetProperty("value").GetInt32()));

        Assert.Equal((409, "condition-failed"), Of(await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":null,\"ifVersion\":1}}")));
        foreach (var never in (string[])["null", "0"])
        {
            Assert.Equal(200, (await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":60}}")).Status);
            Assert.Equal(200, (await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":{never}}}")).Status);
            Assert.False((await _connection.PostAsync("/fetch", $"{{{key}}}")).Body.TryGetProperty("expires", out _));
        }

        Assert.Equal((400, "missing-field"), Of(await _connection.PostAsync("/touch", $"{{{key}}}")));
        Assert.Equal((400, "invalid-field"), Of(await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":-1}}")));
        Assert.Equal((400, "wrong-type"), Of(await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":\"60\"}}")));
        Assert.Equal((400, "unknown-field"), Of(await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":60,\"value\":1}}")));
    }

    [Fact]
    public async Task ARepeatedTouch_IsAnsweredAlike_AndProlongsNothingAgain()
    {
        var key = $"\"key\":\"{_prefix}again\"";
        await _connection.PostAsync("/store", $"{{{key},\"value\":1}}");
        var first = await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":3600,\"requestId\":\"t\"}}");
        await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":null}}");

        var second = await _connection.PostAsync("/touch", $"{{{key},\"ttlSeconds\":3600,\"requestId\":\"t\"}}");

        Assert.Equal((200, first.Body.GetRawText()), (second.Status, second.Body.GetRawText()));
        Assert.False((await _connection.PostAsync("/fetch", $"{{{key}}}")).Body.TryGetProperty("expires", out _));
    }

    private async Task<(string Keys, string? Next)> ListAsync(string prefix, string? after = null, int limit = 100)
    {
        var body = JsonSerializer.Serialize(new { prefix = _prefix + prefix, after = after is null ? null : _prefix + after, limit });
        var (status, page, _) = await _connection.PostAsync("/list", body);
        Assert.True(status == 200, page.GetRawText());
        return (string.Join(' ', page.GetProperty("keys").EnumerateArray().Select(key => key.GetString()![_prefix.Length..])), page.GetProperty("next").GetString()?[_prefix.Length..]);
    }

    private static (int Status, string? Code) Of((int Status, JsonElement Body, string Head) answer) => (answer.Status, answer.Body.GetProperty("code").GetString());
}
