using System.Diagnostics;
using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Driving.Clusters;
using Orleans.Kv.Tests.Network.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>A cut that outlasts the others' patience: silo-3 is declared dead and removed from the map, and comes back by itself, in the process that it was.</summary>
[Collection(NetworkTests.Name)]
public class EvictionTests(ITestOutputHelper output)
{
    private const int Users = 9;
    private const int Keys = 6;

    /// <summary>Requests, one after another, that may be under way when the host is thrown away and when the next one is not up yet.</summary>
    private const int UnderWay = 2;

    /// <summary>Death takes about five seconds, and the map waits for the dead for about ten.</summary>
    private static readonly TimeSpan Eviction = TimeSpan.FromSeconds(30);

    [NetworkFact]
    public async Task SiloCutOffUntilItIsRemoved_RefusesAllTheWhile_AndRejoinsByItselfWithin10SecondsOfTheHeal_InTheSameProcess()
    {
        await using var cluster = await NetworkCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var workload = new Workload(cluster.Apis(1, 2, 3), Users, Keys, seed: 1);
            using var client = cluster.Client(3);
            using var others = cluster.Status(1);
            workload.Start();
            await Task.Delay(Bars.Before);
            workload.Clock.Start();
            await cluster.CutOff(3);
            var cut = Stopwatch.StartNew();
            await Task.Delay(Bars.Detection);
            var (slowest, late) = (TimeSpan.Zero, 0);
            await Wait.Until("the others have removed silo-3", Eviction, async () =>
            {
                var reply = await client.Fetch("refused");
                // While the process changes hosts nobody is there to know of quorums, and what was under way in the former host has to be given up first.
                Assert.True(reply is { Status: 503, Code: "no-quorum" or "unavailable" } && reply.Took < Bars.HostChange, $"{cut.Elapsed} after the cut: {reply}");
                if (reply.Took >= Bars.Refusal) Assert.True(++late <= UnderWay, $"{late} answers took too long, {cut.Elapsed} after the cut: {reply}");
                slowest = slowest > reply.Took ? slowest : reply.Took;
                var seen = await others.Get("/cluster");
                return NetworkCluster.StateOf(seen, 3) is null && !seen.GetProperty("migrating").GetBoolean() ? null : seen.GetRawText();
            });
            output.WriteLine($"removed {cut.Elapsed.TotalSeconds:F1} s after the cut; refused within {slowest.TotalMilliseconds:F0} ms all the while, {late} times in more than {Bars.Refusal.TotalMilliseconds:F0}");
            await cluster.AssertState(3, seenBy: 3, "partitioned");
            var gaps = workload.Clock.Stop();
            output.WriteLine($"the others' longest gap {gaps.Max(gap => gap.Length).TotalMilliseconds:F0} ms");
            Assert.All(gaps, gap => Assert.True(gap.Length < Bars.LongestGap, $"a key had no successful answer for {gap}"));

            await cluster.Heal();
            var healed = Stopwatch.StartNew();
            await cluster.UntilAllInSync(Bars.Return);
            output.WriteLine($"in sync {healed.ElapsedMilliseconds} ms after the heal");
            await workload.Finish();
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
            cluster.AssertStillRuns(3);
        });
    }
}
