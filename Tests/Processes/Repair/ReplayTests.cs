using System.Diagnostics;
using System.Text.Json;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Repair;

/// <summary>A silo that stood still for a moment gets what it missed, and nothing else.</summary>
[Collection(ProcessTests.Name)]
public class ReplayTests(ITestOutputHelper output)
{
    private const int BulkKeys = 10_000;
    private const int Missed = 500;
    private const string Paused = "silo-3";

    /// <summary>The bar. It stays below what membership takes for death: a silo that was declared dead has to begin anew.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SiloPausedFor3Seconds_IsSentTheKeysItMissed_AndNoOthers()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            using var bulk = new BulkKeys(cluster.Url, BulkKeys);
            await bulk.Fill();
            var before = await status.UntilIsSynch(Patience);
            var replayedBefore = Replayed(before);

            var paused = Stopwatch.StartNew();
            Signals.Pause(cluster.Pid(Paused));
            await bulk.Overwrite(Missed);
            var written = paused.Elapsed;
            Assert.True(written < Pause, $"writing {Missed} keys without {Paused} took {written}: the test does not show what it should");
            await Task.Delay(Pause - paused.Elapsed);
            Signals.Resume(cluster.Pid(Paused));

            var resumed = Stopwatch.StartNew();
            var after = await status.UntilIsSynch(Patience);
            var replayed = Replayed(after) - replayedBefore;
            output.WriteLine($"{Missed} keys written in {written.TotalMilliseconds:F0} ms of the pause; {replayed} replayed, in sync {resumed.ElapsedMilliseconds} ms after it");
            Assert.Equal(before.GetProperty("epoch").GetInt64(), after.GetProperty("epoch").GetInt64());
            // Each of the two other silos counts for itself, so that a key that both proposed (the second one because the first was slow) counts twice. A push that had not
            // failed yet when the silo came back was not missed at all.
            Assert.InRange(replayed, 1, 2 * Missed);
            Faults.None(await bulk.ReadAll());
            Assert.Equal(0, bulk.Troubled);
            Assert.All(await status.Keys(), node => Assert.Equal(BulkKeys, node.Value));
        });
    }

    private static long Replayed(JsonElement answer) =>
        answer.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("name").GetString() == Paused).GetProperty("replayed").GetInt64();
}
