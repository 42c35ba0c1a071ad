using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Topology;

/// <summary>The consistency mode is changed by whichever silo is asked, and is in force everywhere before the answer, or the answer says where not.</summary>
public sealed class ModeSwitchTests
{
    private const int Available = (int)ConsistencyMode.Available;

    [Fact]
    public async Task SetMode_IsInForceOnEverySiloBeforeTheAnswer_AndKeepsWhatIsStored()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, count: 200);
        await bulk.Write(silos[0]);
        var former = cluster.MapOf(silos[0])!;

        var reply = await cluster.Coordinator(silos[2]).SetMode(Available);

        Assert.Equal((ModeStatus.Done, Available, former.Epoch.Number + 1), (reply.Status, reply.Mode, reply.Epoch));
        Assert.Empty(reply.Unconfirmed);
        Assert.All(silos, silo =>
        {
            Assert.Equal(ConsistencyMode.Available, cluster.MapOf(silo)!.Mode);
            Assert.True(former.Generations.SequenceEqual(cluster.MapOf(silo)!.Generations), cluster.MapOf(silo)!.ToString());
        });
        await bulk.AssertAllRead(silos[1]);
    }

    [Fact]
    public async Task SetMode_ToThePresentMode_ChangesNothingAndIsConfirmed()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();

        var reply = await cluster.Coordinator(silos[1]).SetMode((int)ConsistencyMode.Consistent);

        Assert.Equal((ModeStatus.Done, 1, cluster.MapOf(silos[0])!.Epoch.Number), (reply.Status, reply.Mode, reply.Epoch));
        Assert.Empty(reply.Unconfirmed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(257)]
    public async Task SetMode_ToNoMode_IsRefused(int mode)
    {
        await using var cluster = await StoreCluster.Start();

        var reply = await cluster.Coordinator(cluster.Silos[0]).SetMode(mode);

        Assert.Equal(ModeStatus.Invalid, reply.Status);
        Assert.Equal((int)ConsistencyMode.Consistent, reply.Mode);
    }

    [Fact]
    public async Task SetMode_WithADeadSiloInTheMap_NamesIt()
    {
        await using var cluster = await StoreCluster.Start(configure: (_, silo) => silo.Configure<TopologyOptions>(topology => topology.Grace = TimeSpan.FromMinutes(5)));
        var silos = cluster.Silos.ToList();
        await cluster.Kill(silos[2]);

        var reply = await cluster.Coordinator(silos[0]).SetMode(Available);

        Assert.Equal((ModeStatus.Done, Available), (reply.Status, reply.Mode));
        Assert.Equal([silos[2].Name], reply.Unconfirmed.Select(silo => silo.Name));
        Assert.Equal(ConsistencyMode.Available, cluster.MapOf(silos[1])!.Mode);
    }

    [Fact]
    public async Task SetMode_ByTwoSilosAtOnce_LeavesOneMapThatAllAgreeOn()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();

        var replies = await Task.WhenAll(
            cluster.Coordinator(silos[0]).SetMode(Available).AsTask(),
            cluster.Coordinator(silos[1]).SetMode(Available).AsTask());

        Assert.All(replies, reply => Assert.Equal((ModeStatus.Done, Available, 2L), (reply.Status, reply.Mode, reply.Epoch)));
        Assert.All(silos, silo => Assert.Equal(2, cluster.MapOf(silo)!.Epoch.Number));
    }

    [Fact]
    public async Task SetMode_DuringAMigration_LosesNoKeyAndTheMigrationEnds()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, count: 3_000);
        await bulk.Write(silos[0]);

        silos.Add(await cluster.Add());
        await Eventually.Seen("a migration", () => cluster.MapOf(silos[0])!.Epoch.Number, seen => seen > 1);
        var reply = await cluster.Coordinator(silos[0]).SetMode(Available);
        Assert.Equal(ModeStatus.Done, reply.Status);
        await cluster.Converged(silos);

        Assert.All(silos, silo => Assert.Equal(ConsistencyMode.Available, cluster.MapOf(silo)!.Mode));
        await bulk.HeldBy(silos);
        await bulk.AssertAllRead(silos[3]);
    }
}
