using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Topology;

public sealed class ModeTests
{
    [Fact]
    public async Task SetMode_OnAnySilo_IsInForceEverywhereBeforeTheAnswer()
    {
        await using var cluster = await StoreCluster.Start();
        for (var i = 0; i < 3; i++)
        {
            var mode = i % 2 == 0 ? ConsistencyMode.Available : ConsistencyMode.Consistent;
            var reply = await cluster.Coordinator(cluster.Silos[i]).SetMode((int)mode);
            Assert.Equal((ModeStatus.Done, (int)mode, i + 2L), (reply.Status, reply.Mode, reply.Epoch));
            Assert.Empty(reply.Unconfirmed);
            Assert.All(cluster.Silos, silo => Assert.Equal(mode, cluster.MapOf(silo)!.Mode));

            var again = await cluster.Coordinator(cluster.Silos[i]).SetMode((int)mode);
            Assert.Equal((ModeStatus.Done, reply.Epoch), (again.Status, again.Epoch));
        }
    }

    [Fact]
    public async Task SetMode_WhileASiloIsDead_NamesIt()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        await cluster.Kill(silos[2]);
        var reply = await cluster.Coordinator(silos[0]).SetMode(2);
        Assert.Equal((ModeStatus.Done, 2), (reply.Status, reply.Mode));
        // It has left the map by then, or it is still in it and cannot confirm.
        if (cluster.MapOf(silos[0])!.Newest.Nodes.Any(node => node.Name == silos[2].Name)) Assert.Equal([silos[2].Name], reply.Unconfirmed.Select(static silo => silo.Name));
        Assert.Equal(ConsistencyMode.Available, cluster.MapOf(silos[1])!.Mode);
    }

    [Fact]
    public async Task SetMode_ToNone_IsInvalid_AndChangesNothing()
    {
        await using var cluster = await StoreCluster.Start();
        Assert.Equal((ModeStatus.Invalid, 1, 1L), (await cluster.Coordinator(cluster.Silos[0]).SetMode(3)) switch { var reply => (reply.Status, reply.Mode, reply.Epoch) });
    }
}
