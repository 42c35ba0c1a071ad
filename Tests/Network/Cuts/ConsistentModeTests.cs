using System.Diagnostics;
using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Network.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>Silo-3 cut off from the other two, in CP: refused at once on its side, as ever on the other, and nobody can tell afterwards that there was a cut.</summary>
[Collection(NetworkTests.Name)]
public class ConsistentModeTests(ITestOutputHelper output)
{
    private const int Users = 9;
    private const int Keys = 6;
    private const int Requests = 40;

    [NetworkFact]
    public async Task SiloCutOff_ItsApiHostRefusesWithin500Ms_TheOthersGoOn_AndItIsInSyncWithin10SecondsOfTheHeal()
    {
        await using var cluster = await NetworkCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var workload = new Workload(cluster.Apis(1, 2, 3), Users, Keys, seed: 1);
            using var client = cluster.Client(3);
            workload.Start();
            await Task.Delay(Bars.Before);
            workload.Clock.Start();
            await cluster.CutOff(3);
            await Task.Delay(Bars.Detection);

            var slowest = await Refusals.Expect(client, Requests, "silo-1", "silo-2");
            await cluster.AssertState(3, seenBy: 1, "partitioned", "dead");
            await cluster.AssertState(3, seenBy: 3, "partitioned");
            Assert.False((await client.Get("/issynch")).Json.GetProperty("inSync").GetBoolean(), client.Last);
            var gaps = workload.Clock.Stop();
            output.WriteLine($"refused within {slowest.TotalMilliseconds:F0} ms; the others' longest gap {gaps.Max(gap => gap.Length).TotalMilliseconds:F0} ms");
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
