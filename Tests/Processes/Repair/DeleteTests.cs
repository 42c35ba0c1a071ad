using Orleans.Kv.Tests.Processes.Clients;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Repair;

/// <summary>
/// What was deleted stays deleted, whatever happens to the silos that did not hear of it, and when its tombstones are gone as well; and a key that comes back goes on
/// counting where it was.
/// </summary>
[Collection(ProcessTests.Name)]
public class DeleteTests(ITestOutputHelper output)
{
    private const int Keys = 400;
    private const int StoresBefore = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Removal = TimeSpan.FromSeconds(40);

    /// <summary>A tombstone is kept for a minute after the last deadline that it remembers, and looked for every 30 seconds.</summary>
    private static readonly TimeSpan Purge = TimeSpan.FromSeconds(150);

    private static readonly TimeSpan BetweenProbes = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task DeletedKeys_ThroughPausesRestartsAndPurges_StayDeletedAndTheirVersionsGoOnRising()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            using var keys = new DeletedKeys(cluster.Url, Keys);
            for (var i = 0; i < StoresBefore; i++)
                await keys.Store();

            // The first half is deleted while a silo is there that will not hear of it.
            Signals.Pause(cluster.Pid("silo-2"));
            await keys.Delete(0, Keys / 2);
            await Task.Delay(Pause);
            Signals.Resume(cluster.Pid("silo-2"));
            Faults.None(await keys.AllGone(0, Keys / 2));
            await status.UntilInSync(Removal, "silo-1", "silo-2", "silo-3");

            // The second half while one is gone, which returns empty.
            Signals.Kill(cluster.Pid("silo-3"));
            await keys.Delete(Keys / 2, Keys);
            await status.UntilInSync(Removal, "silo-1", "silo-2");
            await Start(cluster, "silo-3");
            await status.UntilInSync(Removal, "silo-1", "silo-2", "silo-3");
            Faults.None(await keys.AllGone(0, Keys));

            // A key that was never there starts above 1 only where a purge has left the versions of others.
            await Wait.Until("tombstones are purged", Purge, async () =>
            {
                if (await keys.NewKeysStartAboveOne()) return null;
                await Task.Delay(BetweenProbes);
                return "all new keys start at version 1";
            });
            Faults.None(await keys.AllGone(0, Keys));

            Signals.Kill(cluster.Pid("silo-1"));
            await status.UntilInSync(Removal, "silo-2", "silo-3");
            await Start(cluster, "silo-1");
            await status.UntilInSync(Removal, "silo-1", "silo-2", "silo-3");
            Faults.None(await keys.AllGone(0, Keys));
            Faults.None(await keys.ComeBackAboveTheirVersions());
            output.WriteLine(keys.ToString());
        });
    }

    private static async Task Start(LocalCluster cluster, string silo)
    {
        var (exitCode, _, errors) = await cluster.Kv("silo", "start", silo);
        Assert.True(exitCode == 0, errors);
        cluster.Pid(silo);
    }
}
