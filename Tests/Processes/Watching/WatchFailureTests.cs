using System.Net.Http.Json;
using System.Text.Json;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Watching;

/// <summary>Watchers of a thousand keys that are written all the while, and each silo killed once.</summary>
[Collection(ProcessTests.Name)]
public class WatchFailureTests(ITestOutputHelper output)
{
    private const int Keys = 1_000;

    // Enough that every kill finds writes under way; the run is about watching, not about load.
    private const int Writers = 4;

    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan SyncPatience = TimeSpan.FromSeconds(60);

    // A feed that dies is noticed within seconds, and what it may not have told is read then.
    private static readonly TimeSpan CatchUpPatience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task EachSiloKilledOnce_EveryKeysVersionsRiseAndEndAtTheLastCommittedOne()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var keys = new BulkKeys(cluster.Url, Keys);
            await keys.Fill();
            await using var all = await KeyFollower.Start(cluster.Url, "prefix=bulk-");
            await using var one = await KeyFollower.Start(cluster.Url, "key=bulk-7");
            Assert.Equal(Keys, all.Last.Count);

            keys.StartWriting(Writers, seed: 1);
            foreach (var silo in LocalCluster.Silos)
            {
                await Task.Delay(BetweenKills);
                Signals.Kill(cluster.Pid(silo));
                await Task.Delay(BetweenKills);
                // Somebody who comes in the middle of it must not miss anything either.
                await using var late = await KeyFollower.Start(cluster.Url, "prefix=bulk-1");
                Assert.Equal(0, (await cluster.Kv("silo", "start", silo)).ExitCode);
                var synch = await cluster.Kv("issynch", "--wait", $"{SyncPatience.TotalSeconds:F0}");
                Assert.True(synch.ExitCode == 0, $"{silo} is not in sync: {synch.Output}{synch.Errors}");
                Assert.Empty(late.Faults);
            }

            await Task.Delay(BetweenKills);
            await keys.StopWriting();
            var versions = await Versions(cluster.Url);
            await Wait.Until("every key's last version told", CatchUpPatience, () => Task.FromResult(Behind(all, versions) ?? Behind(one, new() { ["bulk-7"] = versions["bulk-7"] })));
            output.WriteLine($"{keys.Overwrites} writes; {all.Events} events, {all.Skipped} versions skipped");
            Assert.Empty(all.Faults);
            Assert.Empty(one.Faults);
            Assert.True(keys.Overwrites > Keys, $"{keys.Overwrites} writes are too few to say anything");
            Assert.True(all.Skipped * 20 < all.Events, $"{all.Skipped} versions were skipped beside {all.Events} events: a silo's death should cost what it had yet to tell, and no more");
            Assert.Equal("", await keys.ReadAll());
        });
    }

    private static string? Behind(KeyFollower follower, Dictionary<string, long> versions)
    {
        var behind = versions.Where(each => follower.Last.GetValueOrDefault(each.Key) != each.Value).ToList();
        return behind.Count == 0 ? null : $"{behind.Count} keys, as {behind[0].Key} at {follower.Last.GetValueOrDefault(behind[0].Key)} instead of {behind[0].Value}; faults: {string.Join(", ", follower.Faults.Take(5))}";
    }

    private static async Task<Dictionary<string, long>> Versions(Uri api)
    {
        using var http = new HttpClient { BaseAddress = api };
        var versions = new Dictionary<string, long>();
        for (var key = 0; key < Keys; key++)
        {
            using var response = await http.PostAsJsonAsync("/fetch", new { key = $"bulk-{key}", consistency = "strong" });
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            versions.Add($"bulk-{key}", answer.RootElement.GetProperty("version").GetInt64());
        }

        return versions;
    }
}
