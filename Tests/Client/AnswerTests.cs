using System.Text;
using System.Text.Json.Serialization;
using Orleans.Kv.Client;

namespace Orleans.Kv.Tests.Client;

/// <summary>What answers become: results, entries and failures.</summary>
public sealed partial class AnswerTests : IDisposable
{
    private readonly FakeApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Fetch_KeepsTheStoredBytes_WhiteSpaceIncluded()
    {
        using var client = ClientFactory.Of(_api.Answer(200, """{"key":"k","value":{"a": [1, 2.50]},"version":7,"modified":"2026-11-21T12:00:00.000Z","expires":"2026-11-21T12:00:01.000Z","stale":true,"newer":{"x":[]}}"""));
        var entry = await client.FetchAsync("k", KvConsistency.Eventual);
        Assert.Equal("""{"a": [1, 2.50]}""", entry!.Value.ToString());
        Assert.Equal((7, true), (entry.Version, entry.Stale));
        Assert.Equal(TimeSpan.FromSeconds(1), entry.Expires - entry.Modified);
        Assert.Equal("""{"key":"k","consistency":"eventual"}""", _api.Sent[0].Body);
    }

    [Fact]
    public async Task Fetch_OfOctets_GivesTheBytes()
    {
        using var client = ClientFactory.Of(_api.Answer(200, """{"key":"k","value":"AP8B","contentType":"image/png","encoding":"base64","version":7,"stale":false}"""));
        var value = (await client.FetchAsync("k"))!.Value;
        Assert.Equal([0, 255, 1], value.Bytes.ToArray());
        Assert.Equal(("image/png", false), (value.ContentType, value.IsJson));
        Assert.Equal(KvErrorCode.NotJson, Assert.Throws<KvException>(() => value.As<int>()).Code);
    }

    [Fact]
    public async Task Fetch_OfAStoredNull_IsAnEntryWithNull()
    {
        using var client = ClientFactory.Of(_api.Answer(200, """{"key":"k","value":null,"version":7,"stale":false}"""));
        Assert.Equal("null", (await client.FetchAsync("k"))!.Value.ToString());
    }

    [Fact]
    public async Task Fetch_OfNothing_IsNull_ButAnUnknownResourceIsAFailure()
    {
        using var client = ClientFactory.Of(_api.Problem(404, "not-found").Problem(404, "no-such-resource"));
        Assert.Null(await client.FetchAsync("k"));
        Assert.Equal("no-such-resource", (await Assert.ThrowsAsync<KvException>(() => client.FetchAsync("k"))).Code);
    }

    [Fact]
    public async Task Typed_StoresAndFetches_ByTypeInfoAndByReflection()
    {
        var stored = """{"key":"k","version":1,"created":true}""";
        var fetched = """{"key":"k","value":{"x":1,"y":2},"version":1,"stale":false}""";
        using var client = ClientFactory.Of(_api.Answer(201, stored).Answer(201, stored).Answer(200, fetched).Answer(200, fetched), writeOnce: false);
        await client.StoreAsync("k", new Point(1, 2), PointJson.Default.Point);
        await client.StoreAsync("k", new Point(1, 2));
        Assert.Equal(new Point(1, 2), (await client.FetchAsync("k", PointJson.Default.Point))!.Value);
        Assert.Equal(new Point(1, 2), (await client.FetchAsync<Point>("k"))!.Value);
        Assert.Equal("""{"key":"k","value":{"x":1,"y":2}}""", _api.Sent[0].Body);
        Assert.Equal(_api.Sent[0].Body, _api.Sent[1].Body);
    }

    [Fact]
    public async Task Writes_SayWhatBecameOfThem()
    {
        using var client = ClientFactory.Of(_api
            .Answer(201, """{"key":"k","version":1,"created":true}""")
            .Answer(202, """{"key":"k","committed":false}""")
            .Problem(409, "condition-failed", ""","version":4,"stale":true""")
            .Problem(404, "not-found")
            .Answer(200, """{"key":"k","deleted":true}""")
            .Problem(400, "invalid-field", ""","field":"ttlSeconds" """));
        var one = KvValue.FromJson("1");
        Assert.Equal(new KvWriteResult("k", KvWriteStatus.Created, 1), await client.StoreAsync("k", one));
        Assert.Equal(KvWriteStatus.NotCommitted, (await client.StoreAsync("k", one)).Status);
        Assert.Equal(new KvWriteResult("k", KvWriteStatus.ConditionFailed, 4) { Stale = true }, await client.StoreAsync("k", one, new KvWriteOptions { IfVersion = 3 }));
        Assert.Equal(KvWriteStatus.NotFound, (await client.UpdateAsync("k", one)).Status);
        Assert.Equal(KvWriteStatus.Deleted, (await client.DeleteAsync("k")).Status);
        var failure = await Assert.ThrowsAsync<KvException>(() => client.TouchAsync("k", TimeSpan.FromSeconds(1)));
        Assert.Equal(("invalid-field", "ttlSeconds", 400), (failure.Code, failure.Field, (int)failure.Status!));
    }

    [Fact]
    public async Task TestAndSet_TellsNothingFromAValueThatMovedOn()
    {
        using var client = ClientFactory.Of(_api
            .Answer(200, """{"swapped":true,"version":2,"value":"b"}""")
            .Answer(200, """{"swapped":false,"version":2}""")
            .Answer(200, """{"swapped":false,"version":0,"value":null}"""));
        var swapped = await client.TestAndSetAsync("k", KvValue.FromText("a"), KvValue.FromText("b"));
        Assert.Equal((true, "b"), (swapped.Swapped, swapped.Value!.As<string>()));
        var moved = await client.TestAndSetAsync("k", null, KvValue.FromText("b"));
        Assert.Equal((false, 2, null), (moved.Swapped, moved.Version, moved.Value));
        Assert.Contains("\"expect\":null", _api.Sent[1].Body, StringComparison.Ordinal);
        var absent = await client.TestAndSetAsync("k", KvValue.FromText("a"), KvValue.FromText("b"));
        Assert.Equal((false, 0, null), (absent.Swapped, absent.Version, absent.Value));
    }

    [Fact]
    public async Task Batch_HasOneResultPerOperation_EachByItself()
    {
        using var client = ClientFactory.Of(
            _api.Answer(200, """
                {"results":[
                  {"status":200,"key":"a","value":[1],"version":1,"modified":"2026-11-21T12:00:00.000Z","stale":false},
                  {"status":404,"problem":{"status":404,"code":"not-found","detail":"x"}},
                  {"status":201,"key":"b","version":5,"created":true},
                  {"status":409,"problem":{"status":409,"code":"condition-failed","detail":"x","version":9}},
                  {"status":200,"swapped":true,"version":3,"value":2},
                  {"status":503,"problem":{"status":503,"code":"no-quorum","detail":"gone"}}]}
                """),
            writeOnce: false);
        var results = await client.ExecuteAsync(new KvBatch()
            .Fetch("a").Fetch("none").Store("b", KvValue.FromJson("1")).Store("b", KvValue.FromJson("1"), new KvWriteOptions { IfAbsent = true })
            .TestAndSet("c", null, KvValue.FromJson("2")).Delete("d"));
        Assert.Equal("[1]", results[0].Entry!.Value.ToString());
        Assert.Equal((null, null), (results[1].Entry, results[1].Error));
        Assert.Equal(new KvWriteResult("b", KvWriteStatus.Created, 5), results[2].Write);
        Assert.Equal(new KvWriteResult("b", KvWriteStatus.ConditionFailed, 9), results[3].Write);
        Assert.True(results[4].TestAndSet!.Swapped);
        Assert.Equal(("d", KvErrorCode.NoQuorum), (results[5].Key, results[5].Error!.Code));
        Assert.Equal(
            """{"operations":[{"op":"fetch","key":"a"},{"op":"fetch","key":"none"},{"op":"store","key":"b","value":1},{"op":"store","key":"b","value":1,"ifAbsent":true},{"op":"testset","key":"c","expect":null,"value":2},{"op":"delete","key":"d"}]}""",
            _api.Sent[0].Body);
    }

    [Fact]
    public async Task Batch_SentAgain_HasTheSameIds()
    {
        using var client = ClientFactory.Of(_api.Break().Answer(200, """{"results":[{"status":201,"key":"a","version":1,"created":true},{"status":201,"key":"b","version":1,"created":true}]}"""));
        await client.ExecuteAsync(new KvBatch().Store("a", KvValue.FromJson("1")).Store("b", KvValue.FromJson("1")));
        Assert.Equal(_api.Sent[0].Body, _api.Sent[1].Body);
        Assert.Equal(2, _api.Sent[0].Body.Split("requestId").Length - 1);
    }

    [Fact]
    public void Batch_IsBounded()
    {
        var batch = new KvBatch();
        foreach (var i in Enumerable.Range(0, KvBatch.MaxOperations)) batch.Fetch($"k{i}");
        Assert.Throws<InvalidOperationException>(() => batch.Fetch("one more"));
    }

    [Fact]
    public async Task List_PagesOn_OverEmptyPages()
    {
        using var client = ClientFactory.Of(_api
            .Answer(200, """{"keys":["p/a","p/b"],"next":"p/b"}""")
            .Answer(200, """{"keys":[],"next":"p/x"}""")
            .Answer(200, """{"keys":["p/y"],"next":null}"""));
        var keys = new List<string>();
        await foreach (var key in client.ListAsync("p/", pageSize: 2)) keys.Add(key);
        Assert.Equal(["p/a", "p/b", "p/y"], keys);
        Assert.Equal("""{"prefix":"p/","after":"p/x","limit":2}""", _api.Sent[2].Body);
    }

    [Theory]
    [InlineData("nothing of ours")]
    [InlineData("[]")]
    [InlineData("""{"key":"k","value":1""")]
    [InlineData("""{"key":"k","value":1,"version":"seven"}""")]
    [InlineData("""{"value":1}""")]
    public async Task AnotherProgramsAnswer_IsABadAnswer(string body)
    {
        using var client = ClientFactory.Of(_api.Answer(200, body));
        Assert.Equal(KvErrorCode.BadAnswer, (await Assert.ThrowsAsync<KvException>(() => client.FetchAsync("k"))).Code);
    }

    [Theory]
    [InlineData("1 2")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("abc")]
    public void AValueThatIsNoJson_IsRefusedBeforeItIsSent(string text)
    {
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => KvValue.FromJson(text));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => KvValue.FromBytes(Encoding.UTF8.GetBytes(text), "application/problem+json; charset=utf-8"));
    }

    internal sealed record Point(int X, int Y);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Point))]
    internal sealed partial class PointJson : JsonSerializerContext;
}
