using System.Diagnostics;
using Orleans.Kv.Tests.Driving.Clients;
using Orleans.Kv.Tests.Network.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>Cuts that do not part the silos neatly: in one direction only, between two of three, and a link that comes and goes. In CP, under load.</summary>
[Collection(NetworkTests.Name)]
public class OddCutTests(ITestOutputHelper output)
{
    private const int Users = 9;
    private const int Keys = 6;

    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Flapping = TimeSpan.FromSeconds(12);

    [NetworkFact]
    public Task NothingReachesSilo3_ThoughItIsHeard_OrItIsNotHeard_ThoughAllReachesIt_OrItHasLostOneOfTwo_NothingIsLost() => UnderLoad(async (cluster, clock) =>
    {
        await Strike("nothing reaches silo-3", async () =>
        {
            await cluster.CutOneWay(1, 3);
            await cluster.CutOneWay(2, 3);
        }, refuses: true);
        await Strike("silo-3 is not heard", async () =>
        {
            await cluster.CutOneWay(3, 1);
            await cluster.CutOneWay(3, 2);
        }, refuses: true);
        // Everybody has a quorum with silo-2, whatever the two others say of each other.
        await Strike("silo-1 and silo-3 do not reach each other", async () =>
        {
            await cluster.CutOneWay(1, 3);
            await cluster.CutOneWay(3, 1);
        }, refuses: false);

        async Task Strike(string what, Func<Task> cut, bool refuses)
        {
            clock.Start();
            await cut();
            var began = Stopwatch.StartNew();
            await Task.Delay(Bars.Detection);
            if (refuses)
            {
                using var client = cluster.Client(3);
                output.WriteLine($"{what}: refused within {(await Refusals.Expect(client, requests: 20)).TotalMilliseconds:F0} ms");
            }

            if (began.Elapsed < Cut) await Task.Delay(Cut - began.Elapsed);
            Judge(what, clock.Stop());
            await HealAndReturn(cluster);
        }
    });

    [NetworkFact]
    public Task LinkThatComesAndGoes_HistoryIsLinearizable_AndAllAreInSyncWithin10SecondsOfTheLastHeal() => UnderLoad(async (cluster, clock) =>
    {
        var random = new Random(1);
        var began = Stopwatch.StartNew();
        var cuts = 0;
        for (; began.Elapsed < Flapping; cuts++)
        {
            await cluster.CutOff(3);
            await Task.Delay(random.Next(100, 1_500));
            await cluster.Heal();
            await Task.Delay(random.Next(100, 1_000));
        }

        Judge($"{cuts} short cuts", clock.Stop());
        await HealAndReturn(cluster);
    });

    private async Task UnderLoad(Func<NetworkCluster, KeyClock, Task> strike)
    {
        await using var cluster = await NetworkCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var workload = new Workload(cluster.Apis(1, 2, 3), Users, Keys, seed: 1);
            workload.Start();
            await Task.Delay(Bars.Before);
            workload.Clock.Start();
            await strike(cluster, workload.Clock);
            await workload.Finish();
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
            for (var silo = 1; silo <= cluster.Machines.Count; silo++)
                cluster.AssertStillRuns(silo);
        });
    }

    private async Task HealAndReturn(NetworkCluster cluster)
    {
        await cluster.Heal();
        var healed = Stopwatch.StartNew();
        await cluster.UntilAllInSync(Bars.Return);
        output.WriteLine($"in sync {healed.ElapsedMilliseconds} ms after the heal");
    }

    private void Judge(string what, Gap[] gaps)
    {
        output.WriteLine($"{what}: longest gap {gaps.Max(gap => gap.Length).TotalMilliseconds:F0} ms");
        Assert.All(gaps, gap => Assert.True(gap.Length < Bars.LongestGap, $"{what}: a key had no successful answer for {gap}"));
    }
}
