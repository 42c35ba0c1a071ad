using System.Diagnostics;
using System.Globalization;
using Orleans.Kv.Tests.Network.Clusters;
using Orleans.Kv.Tests.Network.Cuts;
using Orleans.Kv.Tests.Driving.Hosts;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Network.Losses;

/// <summary>In AP with four silos, two machines die at once: of each key's three copies at least one is left, and it is served.</summary>
[Collection(NetworkTests.Name)]
public class TwoOfFourTests(ITestOutputHelper output)
{
    private const int Keys = 400;
    private const int Users = 8;

    [NetworkFact]
    public async Task TwoMachinesKilledAtOnce_EveryKeyThatWasStoredCanStillBeRead_ThroughEitherOfTheOthers()
    {
        await using var cluster = await NetworkCluster.Start(size: 4);
        await cluster.Explaining(async () =>
        {
            using var one = cluster.Client(1);
            using var two = cluster.Client(2);
            var mode = await one.SetMode("AP");
            Assert.True(mode.Status == 200, mode.ToString());
            await Each(async key => Assert.Equal(201, (await one.Store(Name(key), key)).Status));
            await cluster.UntilAllInSync(Bars.Return);

            cluster.Kill(3);
            cluster.Kill(4);
            var killed = Stopwatch.StartNew();
            await Task.Delay(Bars.Detection);
            foreach (var client in new[] { one, two })
            {
                var stale = 0;
                await Each(async key =>
                {
                    var reply = await client.Fetch(Name(key));
                    Assert.True(reply.Status == 200 && reply.Value == key, $"{Name(key)}, {killed.ElapsedMilliseconds} ms after the loss: {reply}");
                    if (reply.Json.GetProperty("stale").GetBoolean()) Interlocked.Increment(ref stale);
                });
                output.WriteLine($"all read {killed.ElapsedMilliseconds} ms after the loss, {stale} of {Keys} marked stale");
                // A key of which the two lost ones held one copy at the most has its quorum; the lost ones hold two of half of the keys.
                Assert.InRange(stale, 1, Keys - 1);
            }
        });
    }

    private static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"kept-{key}");

    private static Task Each(Func<int, Task> work) => Parallel.ForEachAsync(Enumerable.Range(0, Keys), new ParallelOptions { MaxDegreeOfParallelism = Users }, async (key, _) => await work(key));
}
