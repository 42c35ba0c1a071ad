using Orleans.Kv.Tests.Checking.Histories;
using Orleans.Kv.Tests.Checking.Linearizability;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Membership;

/// <summary>Two silos join and two of the first three leave for good, under load: nobody notices.</summary>
[Collection(ProcessTests.Name)]
public class AddAndDrainTests(ITestOutputHelper output)
{
    private const int Users = 4;
    private const int HotKeys = 6;
    private const int BulkKeys = 100_000;

    /// <summary>The bar.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task TwoSilosAddedAndTwoDrained_UnderLoad_NoRequestFailsAndNoKeyIsLost()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            using var bulk = new BulkKeys(cluster.Url, BulkKeys);
            using var workload = new Workload(cluster.Url, Users, HotKeys, seed: 5);
            await bulk.Fill();
            workload.Start();
            bulk.StartWriting(writers: 1, seed: 5);

            await Kv(cluster, "add", "silo-4");
            await Kv(cluster, "add", "silo-5");
            await status.UntilInSync(Patience, "silo-1", "silo-2", "silo-3", "silo-4", "silo-5");
            await status.Watching(Kv(cluster, "drain", "silo-1"));
            await status.Watching(Kv(cluster, "drain", "silo-2"));
            await status.UntilInSync(Patience, "silo-3", "silo-4", "silo-5");

            await bulk.StopWriting();
            var gaps = workload.Clock.Stop();
            await workload.Finish();
            output.WriteLine($"keys moved: {status.KeysMoved}, at up to {status.KeysPerSecond:F0} a second; longest gaps {string.Join(", ", gaps)}");
            Faults.None(await bulk.ReadAll());
            Assert.True(status.KeysMoved >= BulkKeys, $"{status.KeysMoved} keys moved");

            var history = workload.History.Snapshot();
            output.WriteLine($"{history.Length} operations of users, {bulk.Overwrites} overwrites beside them");
            var failed = history.Where(entry => entry.Answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone).ToList();
            Assert.True(failed.Count == 0, $"{failed.Count} requests failed:\n{workload.Troubles}");
            Assert.Equal(0, bulk.Troubled);
            Assert.True(gaps.Max(gap => gap.Length) <= LongestGap, $"the keys' longest gaps: {string.Join(", ", gaps)}");
            var result = new LinearizabilityChecker().Check(history);
            Assert.True(result.IsLinearizable, result.ToString());
        });
    }

    private static async Task Kv(LocalCluster cluster, string verb, string silo)
    {
        var (exitCode, _, errors) = await cluster.Kv("silo", verb, silo);
        Assert.True(exitCode == 0, $"kv silo {verb} {silo}: {errors}");
        // Noted, so that nothing stays behind should the test fail.
        if (verb == "add") cluster.Pid(silo);
    }
}
