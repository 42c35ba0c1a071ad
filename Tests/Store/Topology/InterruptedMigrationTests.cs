using Orleans.Kv.Interfaces.Topology;
using Orleans.Kv.Tests.Store.Clusters;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Topology;

/// <summary>Who leads a migration, or works at it, dies half-way.</summary>
public sealed class InterruptedMigrationTests
{
    private const int Keys = 3_000;

    [Fact]
    public async Task LeaderKilledHalfWay_ItsSuccessorEndsTheSameMigration()
    {
        var gate = new MigrationGate();
        await using var cluster = await StoreCluster.Start(configure: gate.Configure);
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys);
        await bulk.Write(silos[0]);
        // A leader that is in no map can die without a change of the map.
        var leader = silos.Single(silo => silo.Name == LeaderOf(cluster, silos[0]).Result);
        silos.Remove(leader);
        Assert.Equal(DrainStatus.Draining, (await cluster.Topology(leader).Drain(leader.Name)).Status);
        await cluster.Converged(silos);
        var load = new Load(cluster, keys: 6, clients: 4, seed: 41, coordinated: 1) { Alive = [.. silos] };
        using var stop = new CancellationTokenSource();
        var running = load.Run(int.MaxValue, stop.Token);

        gate.Arm();
        silos.Add(await cluster.Add());
        var done = await HalfWay(cluster, silos[0]);
        var epoch = cluster.MapOf(silos[0])!.Epoch;
        await cluster.Kill(leader);
        await Eventually.True(
            $"another leader that knows of {done} slots",
            () => Report(cluster, silos[0]),
            report => report is not null && report.Leader != leader.Name && report.Migration?.SlotsDone >= done);
        Assert.Equal((epoch, false), (cluster.MapOf(silos[0])!.Epoch, cluster.MapOf(silos[0])!.IsStable));
        gate.Release();

        await cluster.Converged(silos);
        await Eventually.Seen("enough answers to make a test", () => load.Answered, answered => answered > 300);
        await stop.CancelAsync();
        await running;
        Assert.Equal(epoch.Next(), cluster.MapOf(silos[0])!.Epoch);
        Assert.Contains(await LeaderOf(cluster, silos[0]), silos.Select(silo => silo.Name));
        await bulk.AssertAllRead(silos[2]);
        load.AssertLinearizable(leastAnswered: 300);
    }

    [Fact]
    public async Task JoiningSiloKilledHalfWay_AGenerationIsAppended_AndTheMigrationEndsWithoutIt()
    {
        var gate = new MigrationGate();
        await using var cluster = await StoreCluster.Start(configure: gate.Configure);
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys);
        await bulk.Write(silos[0]);
        var load = new Load(cluster, keys: 6, clients: 4, seed: 42, coordinated: 0.5) { Alive = [.. silos] };
        using var stop = new CancellationTokenSource();
        var running = load.Run(int.MaxValue, stop.Token);

        gate.Arm();
        var joining = await cluster.Add();
        await HalfWay(cluster, silos[0]);
        await cluster.Kill(joining);
        await Eventually.Seen("a third generation", () => cluster.MapOf(silos[0])!, map => map.Generations.Length == 3);
        gate.Release();
        await cluster.Converged(silos);
        await Eventually.Seen("enough answers to make a test", () => load.Answered, answered => answered > 300);
        await stop.CancelAsync();
        await running;

        await bulk.AssertAllRead(silos[1]);
        load.AssertLinearizable(leastAnswered: 300);
    }

    [Fact]
    public async Task OldSiloKilledHalfWay_TheMigrationGoesOn_AndAllKeysAreThere()
    {
        var gate = new MigrationGate();
        await using var cluster = await StoreCluster.Start(configure: gate.Configure);
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys);
        await bulk.Write(silos[0]);
        var victim = silos.First(silo => silo.Name == LeaderOf(cluster, silos[0]).Result);
        silos.Remove(victim);
        gate.Arm();
        silos.Add(await cluster.Add());
        await HalfWay(cluster, silos[0]);
        await cluster.Kill(victim);
        await Eventually.Seen("a third generation", () => cluster.MapOf(silos[0])!, map => map.Generations.Length == 3);
        gate.Release();

        await cluster.Converged(silos);
        await bulk.AssertAllRead(silos[2]);
        await bulk.HeldBy(silos);
    }

    private static async Task<string> LeaderOf(StoreCluster cluster, InProcessSiloHandle by) => (await cluster.Topology(by).GetReport()).Leader;

    private static async Task<int> HalfWay(StoreCluster cluster, InProcessSiloHandle by)
    {
        var done = 0;
        await Eventually.True(
            "a migration of which a part is done",
            async () => done = (await Report(cluster, by))?.Migration?.SlotsDone ?? 0,
            slots => slots > MigrationGate.FirstHeld / 3);
        return done;
    }

    /// <summary>Null while nobody leads.</summary>
    private static async Task<TopologyReport?> Report(StoreCluster cluster, InProcessSiloHandle by)
    {
        try
        {
            return await cluster.Topology(by).GetReport();
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException)
        {
            return null;
        }
    }
}
