using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Tests.Processes.BadInput;

/// <summary>One running cluster, one connection, every kind of nonsense; between any two of them a request that works.</summary>
[Collection(ProcessTests.Name)]
public class BadInputTests
{
    private const int MaxKey = 1024;
    private const int MaxValue = 8 * 1024 * 1024;

    private static readonly string LongKey = new('k', MaxKey + 1);

    /// <summary>Path, body, status, and what the problem document must name.</summary>
    private static readonly (string Path, string Body, int Status, string Field)[] Nonsense =
    [
        ("/store", "", 400, ""),
        ("/store", "{", 400, ""),
        ("/store", "[]", 400, ""),
        ("/store", "null", 400, ""),
        ("/store", """{"key":"k","value":1} {"key":"k","value":2}""", 400, ""),
        ("/store", """{"key":"k","value":01}""", 400, ""),
        ("/store", """{"value":1}""", 400, "key"),
        ("/store", """{"key":"","value":1}""", 400, "key"),
        ("/store", """{"key":null,"value":1}""", 400, "key"),
        ("/store", """{"key":7,"value":1}""", 400, "key"),
        ("/store", """{"key":"k"}""", 400, "value"),
        ("/store", """{"key":"k","value":1,"ttlSeconds":"soon"}""", 400, "ttlSeconds"),
        ("/store", """{"key":"k","value":1,"ttlSeconds":-1}""", 400, "ttlSeconds"),
        ("/store", """{"key":"k","value":1,"ifVersion":1.5}""", 400, "ifVersion"),
        ("/store", """{"key":"k","value":1,"ifVersion":99999999999999999999}""", 400, "ifVersion"),
        ("/store", """{"key":"k","value":1,"ifAbsent":"yes"}""", 400, "ifAbsent"),
        ("/store", """{"key":"k","value":1,"ifabsent":true}""", 400, "ifabsent"),
        ("/store", """{"key":"k","value":1,"requestId":5}""", 400, "requestId"),
        ("/store", """{"key":"k","key":"l","value":1}""", 400, "key"),
        ("/fetch", """{"key":"k","value":1}""", 400, "value"),
        ("/fetch", """{"key":"k","consistency":"some"}""", 400, "consistency"),
        ("/delete", """{"key":"k","expect":1}""", 400, "expect"),
        ("/testset", """{"key":"k","value":1}""", 400, "expect"),
        ("/testset", """{"key":"k","expect":1}""", 400, "value"),
        ("/update", """{"key":"k"}""", 400, "value"),
    ];

    [Fact]
    public async Task Nonsense_OnOneConnection_IsNamedInAProblemDocument_AndTheConnectionGoesOnWorking()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var http = await RawHttp.Open(cluster.Url);
            foreach (var (path, body, status, field) in Nonsense)
                await Refused(http, path, Encoding.UTF8.GetBytes(body), status, field);

            await Refused(http, "/fetch", Encoding.UTF8.GetBytes($$"""{"key":"{{LongKey}}"}"""), 400, "key");
            await Refused(http, "/store", [.. "{\"key\":\"k\",\"value\":\""u8, 0xC3, 0x28, .. "\"}"u8], 400, "");
            await Refused(http, "/store", [.. "{\"key\":\""u8, 0xFF, .. "\",\"value\":1}"u8], 400, "");
            await Refused(http, "/store", Encoding.UTF8.GetBytes($$"""{"key":"k","value":{{Nested(100_000)}}}"""), 400, "");
            await Works(http, new string('k', MaxKey));
        });
    }

    [Fact]
    public async Task ValueOverTheLimit_Is413_AndTheLargestValueIsKept()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var http = await RawHttp.Open(cluster.Url);
            var quoted = new string('v', MaxValue - 2);
            var (status, _, body) = await http.Post("/store", Encoding.UTF8.GetBytes($$"""{"key":"large","value":"{{quoted}}"}"""));
            Assert.True(status == 201, $"the largest value was answered {status} {body}");
            (status, _, body) = await http.Post("/fetch", """{"key":"large"}"""u8.ToArray());
            Assert.Equal(200, status);
            Assert.Contains(quoted, body, StringComparison.Ordinal);

            (status, _, body) = await http.Post("/store", Encoding.UTF8.GetBytes($$"""{"key":"large","value":"{{quoted}}x"}"""));
            Assert.True(status == 413, $"a value one byte too large was answered {status} {body}");
            Assert.Contains("value", body, StringComparison.Ordinal);
            await Works(http, "after");
        });
    }

    private static async Task Refused(RawHttp http, string path, byte[] request, int expected, string field)
    {
        var (status, headers, body) = await http.Post(path, request);
        var shown = Encoding.UTF8.GetString(request.AsSpan(0, Math.Min(request.Length, 120)));
        Assert.True(status == expected, $"{path} {shown} was answered {status} {body}");
        Assert.Contains("application/problem+json", headers, StringComparison.Ordinal);
        using var problem = JsonDocument.Parse(body);
        Assert.Equal(expected, problem.RootElement.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("code").GetString()));
        if (field.Length > 0)
            Assert.True(problem.RootElement.TryGetProperty("field", out var named) && named.GetString() == field, $"{path} {shown} was to name {field}: {body}");
        await Works(http, "k");
    }

    private static async Task Works(RawHttp http, string key)
    {
        var (status, _, body) = await http.Post("/store", Encoding.UTF8.GetBytes($$$"""{"key":"{{{key}}}","value":{"text":"a\u00e9 1.0"}}"""));
        Assert.True(status is 200 or 201, $"a good request on the same connection was answered {status} {body}");
        (status, _, body) = await http.Post("/fetch", Encoding.UTF8.GetBytes($$"""{"key":"{{key}}"}"""));
        Assert.True(status == 200, $"a good request on the same connection was answered {status} {body}");
        Assert.Contains("""{"text":"a\u00e9 1.0"}""", body, StringComparison.Ordinal);
    }

    private static string Nested(int depth) =>
        string.Create(CultureInfo.InvariantCulture, $"{new string('[', depth)}{new string(']', depth)}");
}
