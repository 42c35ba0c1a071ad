using System.Diagnostics;
using Orleans.Kv.Tests.Checking.Linearizability;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Membership;

/// <summary>
/// Silos of memory are killed one after another until a single one is left, which then has everything; they return empty, and get everything from it; and it is
/// killed. Users are at work all the while.
/// </summary>
[Collection(ProcessTests.Name)]
public class LastOneStandingTests(ITestOutputHelper output)
{
    private const int Users = 4;
    private const int HotKeys = 6;
    private const int BulkKeys = 20_000;
    private const int BulkWriters = 2;

    /// <summary>Membership needs some seconds to call a silo dead, the map waits for its grace period, and then the keys move.</summary>
    private static readonly TimeSpan Removal = TimeSpan.FromSeconds(40);

    /// <summary>The bar.</summary>
    private static readonly TimeSpan Return = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SilosKilledOneAfterAnother_TheLastHasEverything_AndGivesItBack()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            using var bulk = new BulkKeys(cluster.Url, BulkKeys);
            using var workload = new Workload(cluster.Url, Users, HotKeys, seed: 3);
            await bulk.Fill();
            workload.Start();
            bulk.StartWriting(BulkWriters, seed: 3);

            Signals.Kill(cluster.Pid("silo-3"));
            await status.UntilInSync(Removal, "silo-1", "silo-2");
            Signals.Kill(cluster.Pid("silo-2"));
            await status.UntilInSync(Removal, "silo-1");
            await bulk.StopWriting();
            Faults.None(await bulk.ReadAll());

            var returning = Stopwatch.StartNew();
            await Start(cluster, "silo-2");
            await Start(cluster, "silo-3");

            await status.UntilInSync(Return - returning.Elapsed, "silo-1", "silo-2", "silo-3");
            await status.UntilIsSynch(Return - returning.Elapsed);
            output.WriteLine($"back and in sync after {returning.Elapsed.TotalSeconds:F1} s; {bulk.Overwrites} keys overwritten meanwhile, {bulk.Troubled} requests in trouble");
            // The users' keys come and go.
            Assert.All(await status.Keys(), node => Assert.InRange(node.Value, BulkKeys, BulkKeys + HotKeys));

            Signals.Kill(cluster.Pid("silo-1"));
            Faults.None(await bulk.ReadAll());
            await workload.Finish();
            Assert.True(bulk.Overwrites > 1_000, $"only {bulk.Overwrites} overwrites");
            var history = workload.History.Snapshot();
            output.WriteLine($"{history.Length} operations of users; keys moved: {status.KeysMoved}, at up to {status.KeysPerSecond:F0} a second\n{workload.Troubles}");
            var result = new LinearizabilityChecker().Check(history);
            Assert.True(result.IsLinearizable, result.ToString());
        });
    }

    private static async Task Start(LocalCluster cluster, string silo)
    {
        var (exitCode, _, errors) = await cluster.Kv("silo", "start", silo);
        Assert.True(exitCode == 0, errors);
        cluster.Pid(silo);
    }
}
