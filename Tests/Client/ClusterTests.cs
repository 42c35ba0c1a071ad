using System.Text;
using Orleans.Kv.Cli.Transfer;
using Orleans.Kv.Client;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Client;

/// <summary>The client against a real API host in front of three silos: that both mean the same by the same words.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterTests(ApiFixture api) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly KvClient _client = new(api.Address);
    private readonly CancellationTokenSource _end = new(Patience);
    private readonly string _prefix = $"client/{Guid.NewGuid():N}/";

    public void Dispose()
    {
        _client.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task OneKey_ThroughItsWholeLife()
    {
        var key = _prefix + "ключ \"{}\"";
        Assert.Null(await _client.FetchAsync(key));
        Assert.Equal(KvWriteStatus.NotFound, (await _client.UpdateAsync(key, KvValue.FromText("x"))).Status);
        var created = await _client.StoreAsync(key, new Dictionary<string, int> { ["a"] = 1 });
        Assert.Equal(KvWriteStatus.Created, created.Status);
        Assert.Equal(KvWriteStatus.ConditionFailed, (await _client.StoreAsync(key, KvValue.FromText("x"), new KvWriteOptions { IfAbsent = true })).Status);
        Assert.Equal(1, (await _client.FetchAsync<Dictionary<string, int>>(key))!.Value!["a"]);
        var swapped = await _client.TestAndSetAsync(key, KvValue.FromJson("""{ "a" : 1.0 }"""), KvValue.FromJson("[2]"));
        Assert.True(swapped.Swapped);
        Assert.False((await _client.TestAndSetAsync(key, null, KvValue.FromJson("3"))).Swapped);
        var touched = await _client.TouchAsync(key, TimeSpan.FromHours(1));
        Assert.True(touched.IsCommitted && touched.Version > swapped.Version);
        var entry = (await _client.FetchAsync(key, KvConsistency.Strong))!;
        Assert.InRange(entry.Expires!.Value, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(70));
        await _client.TouchAsync(key, null);
        Assert.Null((await _client.FetchAsync(key))!.Expires);
        Assert.Equal(KvWriteStatus.Deleted, (await _client.DeleteAsync(key)).Status);
        Assert.Equal(KvWriteStatus.NotFound, (await _client.DeleteAsync(key)).Status);
    }

    [Fact]
    public async Task Octets_ComeBackAsTheyWere_WithTheirMediaType()
    {
        var bytes = new byte[300_000];
        new Random(5).NextBytes(bytes);
        await _client.StoreAsync(_prefix + "png", KvValue.FromBytes(bytes, "image/png"));
        var value = (await _client.FetchAsync(_prefix + "png"))!.Value;
        Assert.Equal("image/png", value.ContentType);
        Assert.True(value.Bytes.Span.SequenceEqual(bytes));
    }

    [Fact]
    public async Task SameRequestId_IsAnsweredWithTheFirstOutcome()
    {
        var options = new KvWriteOptions { RequestId = Guid.NewGuid().ToString() };
        var first = await _client.StoreAsync(_prefix + "once", KvValue.FromJson("1"), options);
        Assert.Equal(first, await _client.StoreAsync(_prefix + "once", KvValue.FromJson("1"), options));
        Assert.Equal(first.Version, (await _client.FetchAsync(_prefix + "once"))!.Version);
    }

    [Fact]
    public async Task Batch_DoesEachOperation_AndListFindsWhatIsThere()
    {
        var results = await _client.ExecuteAsync(new KvBatch()
            .Store(_prefix + "b", KvValue.FromJson("1")).Fetch(_prefix + "b").Store(_prefix + "a", KvValue.FromBytes(new byte[] { 7 }), new KvWriteOptions { TimeToLive = TimeSpan.FromHours(1) })
            .TestAndSet(_prefix + "c", null, KvValue.FromText("x")).Update(_prefix + "none", KvValue.FromJson("1")).Delete(_prefix + "b").Touch(_prefix + "a", null).Fetch(_prefix + "none"));
        Assert.All(results, static result => Assert.Null(result.Error));
        Assert.Equal(KvWriteStatus.Created, results[0].Write!.Status);
        Assert.Equal("1", results[1].Entry!.Value.ToString());
        Assert.True(results[3].TestAndSet!.Swapped);
        Assert.Equal(KvWriteStatus.NotFound, results[4].Write!.Status);
        Assert.Equal(KvWriteStatus.Deleted, results[5].Write!.Status);
        Assert.Equal(KvWriteStatus.Replaced, results[6].Write!.Status);
        Assert.Null(results[7].Entry);

        var keys = new List<string>();
        await foreach (var key in _client.ListAsync(_prefix, pageSize: 1)) keys.Add(key);
        Assert.Equal([_prefix + "a", _prefix + "c"], keys);
        var many = await _client.FetchManyAsync([_prefix + "c", _prefix + "b", _prefix + "a"]);
        Assert.Equal(["\"x\"", null, "application/octet-stream, 1 bytes"], many.Select(static entry => entry?.Value.ToString()));
    }

    [Fact]
    public async Task Export_BringsBackWhatImportStored()
    {
        var lines = Enumerable.Range(0, 600).Select(i => $$"""{"key":"{{_prefix}}{{i:000}}","value":[{{i}}]}""").ToArray();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var importer = new Importer(_client, static _ => { });
        await importer.RunAsync(input, _end.Token);
        Assert.Equal(600, importer.Stored);
        using var output = new MemoryStream();
        await new Exporter(_client, TimeProvider.System, static _ => { }).RunAsync(_prefix, output, _end.Token);
        Assert.Equal(lines, Encoding.UTF8.GetString(output.ToArray()).TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Cluster_SaysWhoItIs()
    {
        Assert.Equal(3, (await _client.GetClusterAsync()).Nodes.Count(static node => node.IsMember));
        Assert.Equal(KvMode.Consistent, (await _client.GetModeAsync()).Mode);
    }

    [Fact]
    public async Task Watch_TellsEachChangeOnce_InOrder()
    {
        var key = _prefix + "watched";
        await using var events = _client.WatchAsync(key, cancellation: _end.Token).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(KvEventType.Absent, events.Current.Type);
        for (var i = 0; i < 5; i++) await _client.StoreAsync(key, KvValue.From(i));
        await _client.DeleteAsync(key);
        var last = 0L;
        do
        {
            Assert.True(await events.MoveNextAsync());
            Assert.True(events.Current.Version > last, $"version {events.Current.Version} came after {last}");
            last = events.Current.Version;
        }
        while (events.Current.Type != KvEventType.Deleted);
    }
}
