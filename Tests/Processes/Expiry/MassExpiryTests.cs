using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Expiry;

/// <summary>Very many values are due in the same moment, and nobody asks for them: they go, and who uses other keys hardly notices.</summary>
[Collection(ProcessTests.Name)]
public class MassExpiryTests(ITestOutputHelper output)
{
    private const int Expiring = 30_000;
    private const int BatchSize = 500;
    private const int Users = 4;
    private const int KeysPerUser = 50;

    /// <summary>Long enough to write them all, so that they are due together.</summary>
    private static readonly TimeSpan Due = TimeSpan.FromSeconds(15);

    /// <summary>Three silos replace 12,000 keys in a second; a machine that is busy takes longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A stall would last as long as all of them take.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task ThirtyThousandValuesDueAtOnce_AreGoneSoon_AndStallNobody()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var http = new HttpClient { BaseAddress = cluster.Url, Timeout = TimeSpan.FromSeconds(30) };
            using var status = new Status(cluster.Url);
            var clock = Stopwatch.StartNew();
            await Fill(http, clock);
            var filled = clock.Elapsed;
            if (filled < Due) await Task.Delay(Due - filled);

            using var stop = new CancellationTokenSource();
            var users = Enumerable.Range(0, Users).Select(user => Task.Run(() => Use(http, user, stop.Token))).ToArray();
            var began = clock.Elapsed;
            await Wait.Until("tombstones in the place of all values that are due", Patience, async () =>
            {
                var keys = await status.Keys();
                return keys.Values.All(static count => count is >= 0 and <= Users * KeysPerUser) ? null : string.Join(", ", keys);
            });
            var took = clock.Elapsed - began;
            await stop.CancelAsync();
            var latencies = (await Task.WhenAll(users)).SelectMany(static user => user).Order().ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Expiring} keys written in {filled.TotalSeconds:F1} s, replaced within {took.TotalSeconds:F1} s; meanwhile {latencies.Count} requests, p50 {latencies[latencies.Count / 2].TotalMilliseconds:F1} ms, p99 {latencies[latencies.Count * 99 / 100].TotalMilliseconds:F1} ms, longest {latencies[^1].TotalMilliseconds:F0} ms"));
            Assert.True(latencies[^1] < LongestAnswer, $"a request took {latencies[^1]}");

            var page = await Post(http, "/list", new { prefix = "expiring-", limit = 1_000 });
            Assert.Empty(page.GetProperty("keys").EnumerateArray());
        });
    }

    private static Task Fill(HttpClient http, Stopwatch clock) => Parallel.ForEachAsync(
        Enumerable.Range(0, Expiring).Chunk(BatchSize),
        new ParallelOptions { MaxDegreeOfParallelism = 4 },
        async (keys, _) =>
        {
            // A silo that has only just started may be too slow for some of them: those again.
            while (keys.Length > 0)
            {
                var left = Math.Max(1, (Due - clock.Elapsed).TotalSeconds);
                var answer = await Post(http, "/batch", new { operations = keys.Select(key => new { op = "store", key = $"expiring-{key}", value = key, ttlSeconds = left }) });
                var statuses = answer.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("status").GetInt32()).ToArray();
                Assert.All(statuses, static status => Assert.Contains(status, (int[])[200, 201, 429, 503, 504]));
                keys = [.. keys.Where((_, i) => statuses[i] is not (200 or 201))];
                Assert.True(clock.Elapsed < Patience, $"{keys.Length} keys of a batch could not be stored");
            }
        });

    private static async Task<List<TimeSpan>> Use(HttpClient http, int user, CancellationToken stop)
    {
        var latencies = new List<TimeSpan>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var began = Stopwatch.GetTimestamp();
            var key = $"user-{user}-{i / 2 % KeysPerUser}";
            await (i % 2 == 0 ? Post(http, "/store", new { key, value = i }) : Post(http, "/fetch", new { key }));
            latencies.Add(Stopwatch.GetElapsedTime(began));
            await Task.Delay(5, CancellationToken.None);
        }

        return latencies;
    }

    private static async Task<JsonElement> Post(HttpClient http, string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(response.IsSuccessStatusCode, answer.GetRawText());
        return answer;
    }
}
