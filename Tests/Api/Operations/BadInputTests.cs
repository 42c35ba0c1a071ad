using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Operations;

/// <summary>Whatever a client sends, it is told what is wrong, as a problem document, on a connection that it can go on using.</summary>
[Collection(ApiCollection.Name)]
public sealed class BadInputTests(ApiFixture api)
{
    [Theory]
    [InlineData("/store", "", "malformed", null)]
    [InlineData("/store", "{", "malformed", null)]
    [InlineData("/store", "[1,2]", "malformed", null)]
    [InlineData("/store", "{\"key\":\"a\",\"value\":1}}", "malformed", null)]
    [InlineData("/store", "{\"value\":1}", "missing-field", "key")]
    [InlineData("/store", "{\"key\":\"\",\"value\":1}", "invalid-field", "key")]
    [InlineData("/store", "{\"key\":5,\"value\":1}", "wrong-type", "key")]
    [InlineData("/store", "{\"key\":\"a\",\"value\":1,\"vaule\":1}", "unknown-field", "vaule")]
    [InlineData("/store", "{\"key\":\"a\",\"value\":1,\"ifVersion\":\"x\"}", "wrong-type", "ifVersion")]
    [InlineData("/fetch", "{\"key\":\"a\",\"value\":1}", "unknown-field", "value")]
    [InlineData("/update", "{\"key\":\"a\"}", "missing-field", "value")]
    [InlineData("/delete", "{}", "missing-field", "key")]
    [InlineData("/testset", "{\"key\":\"a\",\"value\":1}", "missing-field", "expect")]
    public async Task ABadBody_Is400NamingTheField_AndTheConnectionGoesOn(string path, string body, string code, string? field)
    {
        using var connection = new RawConnection(api.Address);
        for (var round = 0; round < 2; round++)
        {
            var (status, problem, head) = await connection.PostAsync(path, body);
            Assert.Equal((400, code, field), (status, problem.GetProperty("code").GetString(), Field(problem)));
            Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
            if (code == "malformed") Assert.True(problem.GetProperty("position").GetProperty("line").GetInt32() >= 1);
            await AssertUsable(connection);
        }
    }

    [Fact]
    public async Task AKeyOverTheBound_Is400()
    {
        using var connection = new RawConnection(api.Address);
        var (status, problem, _) = await connection.PostAsync("/fetch", $$"""{"key":"{{new string('k', 1025)}}"}""");

        Assert.Equal((400, "key"), (status, Field(problem)));
        await AssertUsable(connection);
    }

    [Fact]
    public async Task BytesThatAreNotUtf8_Are400()
    {
        using var connection = new RawConnection(api.Address);
        var body = Encoding.UTF8.GetBytes("""{"key":"?","value":1}""");
        body[8] = 0xc3;

        Assert.Equal(400, (await connection.PostAsync("/store", body)).Status);
        await AssertUsable(connection);
    }

    [Fact]
    public async Task AValueOverTheBound_Is413NamingTheField()
    {
        using var connection = new RawConnection(api.Address);
        var body = Encoding.UTF8.GetBytes($$"""{"key":"big","value":"{{new string('x', 8 * 1024 * 1024 - 1)}}"}""");
        var (status, problem, _) = await connection.PostAsync("/store", body);

        Assert.Equal((413, "value-too-large", "value"), (status, problem.GetProperty("code").GetString(), Field(problem)));
        await AssertUsable(connection);
    }

    [Theory]
    [InlineData("/store", 12 * 1024 * 1024)]
    [InlineData("/fetch", 20 * 1024)]
    [InlineData("/testset", 23 * 1024 * 1024)]
    public async Task ABodyOverTheLimit_Is413_AndTheConnectionGoesOn(string path, int bytes)
    {
        using var connection = new RawConnection(api.Address);
        var body = new byte[bytes];
        Array.Fill(body, (byte)' ');

        foreach (var chunked in new[] { false, true })
        {
            var (status, problem, _) = chunked ? await connection.PostChunkedAsync(path, body, 60_000) : await connection.PostAsync(path, body);
            Assert.Equal((413, "body-too-large"), (status, problem.GetProperty("code").GetString()));
            await AssertUsable(connection);
        }
    }

    [Fact]
    public async Task ABodyFarOverTheLimit_Is413AndAnnouncesTheEndOfTheConnection()
    {
        using var connection = new RawConnection(api.Address);
        var (status, problem, head) = await connection.SendAsync("POST /store HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");

        Assert.Equal((413, "body-too-large"), (status, problem.GetProperty("code").GetString()));
        Assert.Contains("Connection: close", head, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404, "no-such-resource")]
    [InlineData("GET", "/store", 405, "method-not-allowed")]
    [InlineData("DELETE", "/cluster", 405, "method-not-allowed")]
    public async Task AnUnknownPathOrMethod_IsAProblemDocumentToo(string method, string path, int expected, string code)
    {
        using var connection = new RawConnection(api.Address);
        var (status, problem, _) = await connection.SendAsync($"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((expected, code), (status, problem.GetProperty("code").GetString()));
        await AssertUsable(connection);
    }

    [Fact]
    public async Task RequestsInARow_OfWhichSomeAreBad_AreAnsweredInOrder()
    {
        using var connection = new RawConnection(api.Address);
        for (var i = 0; i < 50; i++)
        {
            var bad = i % 3 == 0;
            var (status, _, _) = await connection.PostAsync("/store", bad ? "{\"key\":" : $$"""{"key":"row-{{i}}","value":{{i}}}""");
            Assert.Equal(bad, status == 400);
        }
    }

    private static async Task AssertUsable(RawConnection connection)
    {
        var (status, body, _) = await connection.PostAsync("/fetch", """{"key":"nobody stores this"}""");
        Assert.Equal((404, "not-found"), (status, body.GetProperty("code").GetString()));
    }

    private static string? Field(JsonElement problem) => problem.TryGetProperty("field", out var field) ? field.GetString() : null;
}
