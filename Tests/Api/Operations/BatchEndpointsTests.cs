using System.Text;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Operations;

[Collection(ApiCollection.Name)]
public sealed class BatchEndpointsTests(ApiFixture api) : IDisposable
{
    private readonly RawConnection _connection = new(api.Address);
    private readonly string _key = Guid.NewGuid().ToString();

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task EveryKindOfOperation_AnswersAsItsOwnRouteDoes_InOrder()
    {
        var results = await BatchAsync(
            $$"""{"op":"store","key":"{{_key}}","value":{"a" : 1} }""",
            $$"""{"op":"store","key":"{{_key}}","value":2,"ifVersion":1}""",
            $$"""{"op":"fetch","key":"{{_key}}"}""",
            $$"""{"op":"update","key":"{{_key}}","value":3}""",
            $$"""{"op":"testset","key":"{{_key}}","expect":3,"value":"AQI=","encoding":"base64"}""",
            $$"""{"op":"testset","key":"{{_key}}","expect":3,"value":4}""",
            $$"""{"op":"touch","key":"{{_key}}","ttlSeconds":100}""",
            $$"""{"op":"delete","key":"{{_key}}"}""",
            $$"""{"op":"fetch","key":"{{_key}}"}""");

        Assert.Equal($$"""{"status":201,"key":"{{_key}}","version":1,"created":true}""", results[0].GetRawText());
        Assert.Equal($$"""{"status":200,"key":"{{_key}}","version":2,"created":false}""", results[1].GetRawText());
        Assert.Equal((200, 2, 2, false), (Status(results[2]), results[2].GetProperty("value").GetInt32(), Version(results[2]), results[2].GetProperty("stale").GetBoolean()));
        Assert.Equal($$"""{"status":200,"key":"{{_key}}","version":3}""", results[3].GetRawText());
        Assert.Equal("""{"status":200,"swapped":true,"version":4,"value":"AQI=","contentType":"application/octet-stream","encoding":"base64"}""", results[4].GetRawText());
        Assert.Equal("""{"status":200,"swapped":false,"version":4,"value":"AQI=","contentType":"application/octet-stream","encoding":"base64"}""", results[5].GetRawText());
        Assert.Equal($$"""{"status":200,"key":"{{_key}}","version":5}""", results[6].GetRawText());
        Assert.Equal($$"""{"status":200,"key":"{{_key}}","deleted":true}""", results[7].GetRawText());
        Assert.Equal((404, "not-found"), (Status(results[8]), Code(results[8])));
    }

    [Fact]
    public async Task OneThatFails_DoesNotStopTheOthers_AndSaysWhereItIsWrong()
    {
        var results = await BatchAsync(
            $$"""{"op":"store","key":"{{_key}}","value":1,"ifVersion":9}""",
            $$"""{"op":"store","key":"{{_key}}","valeu":1}""",
            $$"""{"op":"increment","key":"{{_key}}"}""",
            $$"""{"key":"{{_key}}"}""",
            "17",
            $$"""{"op":"store","key":"{{_key}}","value":1}""");

        Assert.Equal([409, 400, 400, 400, 400, 201], results.Select(Status));
        Assert.Equal(["condition-failed", "unknown-field", "invalid-field", "missing-field", "malformed"], results.Take(5).Select(Code));
        // Each operation is on a line of its own, the first one on the second.
        Assert.Equal([3, 4, 5, 6], results.Skip(1).Take(4).Select(result => result.GetProperty("problem").GetProperty("position").GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task AThousandOperations_AreAnsweredInOrder_OneMoreIsRefusedAsAWhole()
    {
        var stores = Enumerable.Range(0, 1000).Select(i => $$"""{"op":"store","key":"{{_key}}/{{i}}","value":{{i}}}""").ToArray();
        Assert.All(await BatchAsync(stores), result => Assert.Equal(201, Status(result)));

        var fetched = await BatchAsync(Enumerable.Range(0, 1000).Select(i => $$"""{"op":"fetch","key":"{{_key}}/{{999 - i}}"}""").ToArray());
        Assert.Equal(Enumerable.Range(0, 1000).Reverse(), fetched.Select(result => result.GetProperty("value").GetInt32()));

        var (status, problem, _) = await _connection.PostAsync("/batch", Body([.. stores, $$"""{"op":"store","key":"{{_key}}/new","value":1}"""]));
        Assert.Equal((400, "invalid-field"), (status, problem.GetProperty("code").GetString()));
        Assert.Equal(404, (await _connection.PostAsync("/fetch", $$"""{"key":"{{_key}}/new"}""")).Status);
    }

    [Fact]
    public async Task ManyOperationsOnOneKey_KeepTheirOrder()
    {
        var results = await BatchAsync(Enumerable.Range(1, 300).Select(i => $$"""{"op":"store","key":"{{_key}}","value":{{i}}}""").ToArray());

        Assert.Equal(Enumerable.Range(1, 300), results.Select(Version));
        Assert.Equal(300, (await _connection.PostAsync("/fetch", $$"""{"key":"{{_key}}"}""")).Body.GetProperty("value").GetInt32());
    }

    [Fact]
    public async Task LargeValues_AreWrittenAndRead()
    {
        var values = Enumerable.Range(0, 6).Select(i => new string((char)('a' + i), 512 * 1024)).ToArray();
        var stored = await BatchAsync(values.Select((value, i) => $$"""{"op":"store","key":"{{_key}}/{{i}}","value":"{{value}}"}""").ToArray());
        Assert.All(stored, result => Assert.Equal(201, Status(result)));
        var fetched = await BatchAsync(values.Select((_, i) => $$"""{"op":"fetch","key":"{{_key}}/{{i}}"}""").ToArray());
        Assert.Equal(values, fetched.Select(result => result.GetProperty("value").GetString()));
    }

    [Fact]
    public async Task ARepeatedRequestId_HappensOnce()
    {
        var operation = $$"""{"op":"store","key":"{{_key}}","value":1,"requestId":"once"}""";
        var first = await BatchAsync(operation, operation);
        Assert.Equal([201, 201], first.Select(Status));
        Assert.Equal([1, 1], first.Select(Version));
    }

    [Theory]
    [InlineData("", "malformed")]
    [InlineData("[]", "malformed")]
    [InlineData("{}", "missing-field")]
    [InlineData("""{"operations":{}}""", "wrong-type")]
    [InlineData("""{"operations":[],"operations":[]}""", "duplicate-field")]
    [InlineData("""{"operation":[]}""", "unknown-field")]
    [InlineData("""{"operations":[{"op":"fetch","key":"a"}""", "malformed")]
    [InlineData("""{"operations":[]} x""", "malformed")]
    public async Task WhatIsNoBatch_IsRefusedAsAWhole(string body, string code)
    {
        var (status, problem, _) = await _connection.PostAsync("/batch", body);
        Assert.Equal((400, code), (status, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task AnEmptyBatch_HasNoResults() => Assert.Empty(await BatchAsync());

    private static string Body(string[] operations) => "{\"operations\": [\n" + string.Join(",\n", operations) + "\n]}";

    // The answer comes in chunks, of a length that nobody knows when it begins.
    private async Task<JsonElement[]> BatchAsync(params string[] operations)
    {
        using var http = new HttpClient { BaseAddress = api.Address };
        using var response = await http.PostAsync("/batch", new StringContent(Body(operations), Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var results = JsonDocument.Parse(text).RootElement.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(operations.Length, results.Length);
        return results;
    }

    private static int Status(JsonElement result) => result.GetProperty("status").GetInt32();

    private static int Version(JsonElement result) => result.GetProperty("version").GetInt32();

    private static string? Code(JsonElement result) => result.GetProperty("problem").GetProperty("code").GetString();
}
