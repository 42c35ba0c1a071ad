using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Failures;

/// <summary>
/// Batches while one silo stands still and another one is killed: each operation happens once, those on one key in their order, and none is lost. Every store raises its key's version by
/// one, so that versions count what has happened.
/// </summary>
[Collection(ProcessTests.Name)]
public class BatchFailureTests(ITestOutputHelper output)
{
    private const int Keys = 150;

    /// <summary>A batch is answered within twice the time for one request, and a busy machine takes a moment more.</summary>
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Shorter than death detection: the silo comes back with what it had in hand.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(1500);

    private readonly long[] _acknowledged = new long[Keys];
    private readonly long[] _unknown = new long[Keys];
    private readonly int[] _last = new int[Keys];

    [Fact]
    public async Task Batches_OneSiloPausedAndOneKilled_HappenOnceAndInOrder()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var http = new HttpClient { BaseAddress = cluster.Url, Timeout = LongestBatch };
            using var stop = new CancellationTokenSource();
            var writer = WriteAsync(http, stop.Token);
            await Task.Delay(ShortPause);
            Signals.Pause(cluster.Pid("silo-1"));
            await Task.Delay(ShortPause);
            Signals.Resume(cluster.Pid("silo-1"));
            await Task.Delay(ShortPause);
            Signals.Kill(cluster.Pid("silo-2"));
            await Task.Delay(2 * ShortPause);
            await stop.CancelAsync();
            var rounds = await writer;

            output.WriteLine($"{rounds} batches, {_acknowledged.Sum()} stores acknowledged, {_unknown.Sum()} of unknown outcome");
            Assert.True(rounds >= 5, $"expected at least five batches in the run, saw {rounds}");
            var results = await ReadAllAsync(http);
            for (var i = 0; i < Keys; i++) Judge(i, results[i]!);
        });
    }

    private void Judge(int key, JsonNode result)
    {
        var version = (long)result["version"]!;
        var least = _acknowledged[key];
        var most = least + _unknown[key];
        Assert.True(version >= least && version <= most, $"key {key}: {least} stores are acknowledged and {_unknown[key]} unknown, and the version is {version}");
        // What was acknowledged last is there, unless one of unknown outcome came after it.
        if (_unknown[key] == 0) Assert.Equal(_last[key], (int)result["value"]!);
    }

    /// <summary>Each batch stores two values under every key; the second must win.</summary>
    private async Task<int> WriteAsync(HttpClient http, CancellationToken stop)
    {
        var round = 0;
        while (!stop.IsCancellationRequested)
        {
            round++;
            var first = 2 * round;
            var operations = Enumerable.Range(0, 2 * Keys).Select(i => new { op = "store", key = $"batch/{i / 2}", value = first + (i % 2) });
            var results = await SendAsync(http, new { operations });
            for (var i = 0; i < 2 * Keys; i++) Note(i / 2, first + (i % 2), results[i]!);
            for (var key = 0; key < Keys; key++)
            {
                var versions = (results[2 * key]!["version"], results[(2 * key) + 1]!["version"]);
                if (versions is ({ } one, { } two)) Assert.True((long)one < (long)two, $"key {key}: the first store has version {one} and the second {two}");
            }
        }

        return round;
    }

    private void Note(int key, int value, JsonNode result)
    {
        switch ((int)result["status"]!)
        {
            case 200 or 201:
                _acknowledged[key]++;
                _last[key] = value;
                break;
            case 504:
                _unknown[key]++;
                break;
            case 503 or 429:
                // Not done, as it says: it must not show in the version.
                break;
            default:
                Assert.Fail($"key {key}: {result.ToJsonString()}");
                break;
        }
    }

    private static async Task<JsonArray> ReadAllAsync(HttpClient http)
    {
        JsonArray results = [];
        var operations = Enumerable.Range(0, Keys).Select(i => new { op = "fetch", key = $"batch/{i}", consistency = "strong" }).ToArray();
        await Wait.Until("every key can be read", Patience, async () =>
        {
            results = await SendAsync(http, new { operations });
            var failed = results.FirstOrDefault(result => (int)result!["status"]! != 200);
            return failed?.ToJsonString();
        });
        return results;
    }

    private static async Task<JsonArray> SendAsync<T>(HttpClient http, T batch)
    {
        using var response = await http.PostAsync("/batch", JsonContent.Create(batch, options: JsonSerializerOptions.Web));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!["results"]!.AsArray();
    }
}
