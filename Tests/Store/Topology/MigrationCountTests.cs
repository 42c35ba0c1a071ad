using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Tests.Store.Clusters;
using Orleans.TestingHost;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Store.Topology;

/// <summary>Prints how fast keys move. How fast is for the benchmark to say; what is held to is that all of them moved, and that each counts once.</summary>
public sealed class MigrationCountTests(ITestOutputHelper output)
{
    private const int Keys = 20_000;

    [Fact]
    public async Task EveryKey_MovesToASiloThatJoins_AndIsCountedOnce()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys, "a-key-of-the-usual-length-", new string('x', 100));
        await bulk.Write(silos[0]);
        await cluster.Kill(silos[2]);
        await cluster.Converged(silos[0], silos[1]);
        Assert.Equal(0, (await LastMigration(cluster, silos[0])).KeysMoved);

        silos[2] = await cluster.Restart(silos[2]);
        await cluster.Converged(silos);
        var moved = await LastMigration(cluster, silos[0]);
        output.WriteLine($"{moved.KeysMoved} keys, {moved.KeysPerSecond:0} keys/s");
        Assert.Equal((Keys, 1024, 1024), (moved.KeysMoved, moved.SlotsDone, moved.SlotsTotal));
    }

    /// <summary>The one that led to the present map: silos hear of its end before the leader has written it down.</summary>
    private static async Task<MigrationStatus> LastMigration(StoreCluster cluster, InProcessSiloHandle by)
    {
        MigrationStatus? last = null;
        await Eventually.True(
            "the migration that led to this map",
            async () => last = (await cluster.Topology(by).GetReport()).LastMigration,
            migration => migration?.Epoch == cluster.MapOf(by)!.Epoch.Number - 1);
        return last!;
    }
}
