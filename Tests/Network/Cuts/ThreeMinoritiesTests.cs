using System.Diagnostics;
using Orleans.Kv.Tests.Network.Clusters;
using Orleans.Kv.Tests.Driving.Hosts;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Network.Cuts;

/// <summary>Every silo cut off from both others: nobody has a quorum.</summary>
[Collection(NetworkTests.Name)]
public class ThreeMinoritiesTests(ITestOutputHelper output)
{
    private const int Requests = 20;
    private static readonly string[] Keys = ["disputed-1", "disputed-2", "disputed-3", "disputed-4"];

    [NetworkFact]
    public async Task EachSiloAlone_InCpAllRefuse_InApAllTakeWrites_AndEachTimeAllAgreeWithin10SecondsOfTheHeal()
    {
        await using var cluster = await NetworkCluster.Start();
        await cluster.Explaining(async () =>
        {
            ApiClient[] clients = [cluster.Client(1), cluster.Client(2), cluster.Client(3)];
            foreach (var key in Keys)
                Assert.Equal(201, (await clients[0].Store(key, 0)).Status);

            await cluster.CutOffAll();
            await Task.Delay(Bars.Detection);
            for (var i = 0; i < clients.Length; i++)
            {
                var others = cluster.SiloNames.Where((_, silo) => silo != i).ToArray();
                output.WriteLine($"API host {i + 1} refuses within {(await Refusals.Expect(clients[i], Requests, others)).TotalMilliseconds:F0} ms");
            }

            await HealAndReturn(cluster);
            Assert.All((await Agreement.Of(cluster, Keys)).Values, value => Assert.Equal(0, value));

            await AllTakeWrites(cluster, clients);
            for (var silo = 1; silo <= clients.Length; silo++)
            {
                cluster.AssertStillRuns(silo);
                clients[silo - 1].Dispose();
            }
        });
    }

    private async Task AllTakeWrites(NetworkCluster cluster, ApiClient[] clients)
    {
        var mode = await clients[1].SetMode("AP");
        Assert.True(mode.Status == 200, mode.ToString());
        await cluster.CutOffAll();
        await Task.Delay(Bars.Detection);
        for (var key = 0; key < Keys.Length; key++)
        {
            // Each key has another last writer.
            for (var turn = 0; turn < clients.Length; turn++)
            {
                var reply = await clients[(key + turn) % clients.Length].Store(Keys[key], turn + 1);
                Assert.True(reply.Status == 202, reply.ToString());
            }
        }

        for (var i = 0; i < clients.Length; i++)
        {
            var reply = await clients[i].Fetch(Keys[0]);
            Assert.True(reply.Status == 200 && reply.Value == i + 1 && reply.Json.GetProperty("stale").GetBoolean(), reply.ToString());
        }

        await HealAndReturn(cluster);
        Assert.All((await Agreement.Of(cluster, Keys)).Values, value => Assert.Equal(clients.Length, value));
        var conflicts = await Conflict.All(clients[2]);
        foreach (var key in Keys)
            Assert.Equal([1, 2], conflicts.Where(conflict => conflict.Key == key).Select(conflict => conflict.Lost).Order());
        Assert.Equal(2 * Keys.Length, conflicts.Count);
    }

    private async Task HealAndReturn(NetworkCluster cluster)
    {
        await cluster.Heal();
        var healed = Stopwatch.StartNew();
        await cluster.UntilAllInSync(Bars.Return);
        output.WriteLine($"in sync {healed.ElapsedMilliseconds} ms after the heal");
    }
}
