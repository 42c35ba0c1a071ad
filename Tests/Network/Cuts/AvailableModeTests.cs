using System.Diagnostics;
using System.Globalization;
using Orleans.Kv.Tests.Network.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>Silo-3 cut off from the other two, in AP: both sides go on, and afterwards all agree on the newest of what both have written, and list what it replaced.</summary>
[Collection(NetworkTests.Name)]
public class AvailableModeTests(ITestOutputHelper output)
{
    /// <summary>What both sides write to, what only the cut-off silo does, and what nobody does.</summary>
    private static readonly string[] Fought = Names("fought", 12);

    private static readonly string[] Lonely = Names("lonely", 6);
    private static readonly string[] Calm = Names("calm", 6);

    private static readonly TimeSpan Partition = TimeSpan.FromSeconds(4);

    [NetworkFact]
    public async Task SiloCutOff_BothSidesWrite_AllAgreeWithin10SecondsOfTheHeal_TheNewestHasWon_AndEveryLoserIsListed()
    {
        await using var cluster = await NetworkCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var one = cluster.Client(1);
            using var two = cluster.Client(2);
            using var three = cluster.Client(3);
            Assert.Equal(200, (await one.SetMode("AP")).Status);
            foreach (var key in Fought.Concat(Calm).Append("deleted"))
                Assert.Equal(201, (await one.Store(key, 1)).Status);

            await cluster.CutOff(3);
            await Task.Delay(Bars.Detection);
            await CutOffSideServes(three);
            // Which of the two is the newer one differs from key to key; who is the last on either side is known of all.
            var quorum = new SideWriter("the quorum's side", [one, two], Fought, hasQuorum: true, seed: 1);
            var alone = new SideWriter("the silo alone", [three], [.. Fought, .. Lonely], hasQuorum: false, seed: 2);
            await Task.WhenAll(quorum.WriteFor(Partition), alone.WriteFor(Partition));
            output.WriteLine($"{quorum.Acknowledged} writes committed, {alone.Acknowledged} accepted; longest gaps {quorum.LongestGap.TotalMilliseconds:F0} and {alone.LongestGap.TotalMilliseconds:F0} ms, {quorum.Unserved} and {alone.Unserved} tries in vain");
            Assert.True(quorum.Faults.Length == 0 && alone.Faults.Length == 0, quorum.Faults + "\n" + alone.Faults);
            Assert.True(quorum.LongestGap < Bars.LongestGap && alone.LongestGap < Bars.HostChange, "a side was not served for too long");
            Assert.True(quorum.Acknowledged > 50 && alone.Acknowledged > 50, "too few writes for this to say anything");
            await ModeGoesBackWhileThePartitionLasts(one, two);

            await cluster.Heal();
            var healed = Stopwatch.StartNew();
            await cluster.UntilAllInSync(Bars.Return);
            output.WriteLine($"merged and in sync {healed.ElapsedMilliseconds} ms after the heal");
            await Judge(cluster, quorum, alone);
            Assert.True(healed.Elapsed < Bars.Return, $"agreed only {healed.Elapsed} after the heal");
            foreach (var client in new[] { one, two, three })
                Assert.Equal("CP", (await client.Get("/conf")).Json.GetProperty("mode").GetString());
            await ConflictsAreForgottenWhenAsked(one, three);
            cluster.AssertStillRuns(3);
        });
    }

    /// <summary>The rules of a side without a quorum, one by one.</summary>
    private static async Task CutOffSideServes(ApiClient client)
    {
        var read = await client.Fetch(Calm[0]);
        Assert.True(read is { Status: 200, Value: 1 } && read.Json.GetProperty("stale").GetBoolean(), read.ToString());
        Assert.True(read.Took < Bars.Refusal, read.ToString());
        await Says(client.Post("/update", """{"key":"never-was","value":1}"""), 404);
        await Says(client.Post("/store", $$"""{"key":"{{Calm[0]}}","value":2,"ifAbsent":true}"""), 409);
        await Says(client.Post("/store", $$"""{"key":"{{Calm[0]}}","value":2,"ifVersion":99}"""), 409);
        await Says(client.Post("/testset", $$"""{"key":"{{Calm[0]}}","expect":1,"value":2}"""), 503, "no-quorum");
        await Says(client.Remove("deleted"), 202);
        await Says(client.Fetch("deleted"), 404);
        await Says(client.Post("/store", """{"key":"created","value":5,"ifAbsent":true}"""), 202);
        await Says(client.Post("/store", """{"key":"created","value":6,"ifAbsent":true}"""), 409);
    }

    /// <summary>Works where the map's keeper can be reached; the answer names the silo that cannot have heard of it.</summary>
    private static async Task ModeGoesBackWhileThePartitionLasts(ApiClient one, ApiClient two)
    {
        var reply = await one.SetMode("CP");
        Assert.True(reply.Status == 202, reply.ToString());
        Assert.Equal(["silo-3"], reply.Json.GetProperty("unconfirmed").EnumerateArray().Select(silo => silo.GetProperty("name").GetString()));
        Assert.Equal("CP", (await two.Get("/conf")).Json.GetProperty("mode").GetString());
        Assert.Equal(201, (await two.Store("after-the-switch", 1)).Status);
    }

    private static async Task Judge(NetworkCluster cluster, SideWriter quorum, SideWriter alone)
    {
        var values = await Agreement.Of(cluster, [.. Fought, .. Lonely, .. Calm, "deleted", "created", "after-the-switch"]);
        using var client = cluster.Client(2);
        var conflicts = await Conflict.All(client);
        Assert.All(Calm, key => Assert.Equal(1, values[key]));
        Assert.Null(values["deleted"]);
        Assert.Equal(5, values["created"]);
        Assert.All(Lonely.Where(alone.Last.ContainsKey), key => Assert.Equal(alone.Last[key].Value, values[key]));
        // What nobody else wrote to has no losers.
        Assert.Equal([], conflicts.Select(conflict => conflict.Key).Except(Fought));
        foreach (var key in Fought)
        {
            var (committed, accepted) = (quorum.Last.GetValueOrDefault(key), alone.Last.GetValueOrDefault(key));
            if (committed is null || accepted is null) continue;
            var listed = conflicts.Where(conflict => conflict.Key == key).ToList();
            var (winner, loser) = values[key] == accepted.Value ? (accepted, committed) : (committed, accepted);
            Assert.True(values[key] == winner.Value, $"{key} is {values[key]}, which neither side wrote last: {committed} {accepted}");
            // Both sides deleted it: nothing was lost, and nobody can tell whose delete it is.
            if (winner.Value == loser.Value) continue;
            Assert.True(winner.Acknowledged > loser.Sent, $"{key}: {winner} won, though {loser} is the newer one");
            Assert.True(
                listed.Count(conflict => conflict.Lost == loser.Value && conflict.Kept == winner.Value && conflict.LostBy == (loser == accepted ? "silo-3" : null)) == 1 && listed.Count == 1,
                $"{key}: {loser} lost against {winner}, once; listed are {string.Join(", ", listed)}");
        }
    }

    private static async Task ConflictsAreForgottenWhenAsked(ApiClient one, ApiClient three)
    {
        var all = await Conflict.All(one);
        Assert.Equal(all, await Conflict.All(three));
        Assert.NotEmpty(all);
        foreach (var conflict in all)
            await Says(one.Delete("/conflicts/" + conflict.Id), 200);
        Assert.Empty(await Conflict.All(three));
        await Says(three.Delete("/conflicts/" + all[0].Id), 404);
    }

    private static async Task Says(Task<Reply> asked, int status, string? code = null)
    {
        var reply = await asked;
        Assert.True(reply.Status == status && (code is null || reply.Code == code), $"expected {status} {code}, got {reply}");
    }

    private static string[] Names(string prefix, int count) => [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i}"))];
}
