using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Coordination;

public sealed class RecentProposersTests
{
    [Fact]
    public async Task MoreKeysThanTheCoordinatorKeeps_AreServedAllTheSame_AndNoOperationIsDropped()
    {
        await using var cluster = await StoreCluster.Start(configure: (_, silo) => silo.Configure<ProposingOptions>(options => options.CoordinatedKeys = 3));
        var origin = new Origin();
        var coordinator = cluster.Coordinator(cluster.Silos[0]);

        // All at once: far more busy proposers than may be kept, none of which may be closed under its operation.
        for (var round = 0; round < 3; round++)
        {
            var value = Origin.Json(round);
            var stored = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => coordinator.Execute("recent-" + i, origin.Store(value)).AsTask()));
            Assert.All(stored, reply => Assert.Equal(ReplyStatus.Done, reply.Status));
        }

        for (var i = 0; i < 60; i++) Assert.Equal("2", Origin.Text(await coordinator.Execute("recent-" + i, origin.Fetch())));
    }
}
