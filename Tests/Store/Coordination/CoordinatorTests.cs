using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Coordination;

[Collection(SharedStore.Name)]
public sealed class CoordinatorTests(StoreFixture fixture)
{
    private readonly StoreCluster _cluster = fixture.Cluster;
    private readonly Origin _origin = new();

    [Fact]
    public async Task EverySilosCoordinator_SeesWhatAnyOtherCommitted()
    {
        var key = "coordinated-" + Guid.NewGuid().ToString("N");
        for (var i = 0; i < 12; i++)
        {
            var writer = _cluster.Silos[i % 3];
            var reader = _cluster.Silos[(i + 1) % 3];
            var stored = await _cluster.Coordinator(writer).Execute(key, _origin.Store(Origin.Json(i)));
            Assert.Equal((ReplyStatus.Done, writer.Name), (stored.Status, stored.Silo));
            Assert.Equal(Origin.Json(i), Origin.Text(await _cluster.Coordinator(reader).Execute(key, _origin.Fetch())));
        }
    }

    [Fact]
    public async Task Coordinator_KeepsTheKeysProposer_SoThatALongOutageCostsOnePrepare()
    {
        var silo = _cluster.Silos[0];
        var key = "kept-" + Guid.NewGuid().ToString("N");
        await _cluster.Coordinator(silo).Execute(key, _origin.Store("0"));
        var before = _cluster.CountersOf(silo).Rounds;
        for (var i = 0; i < 50; i++) await _cluster.Coordinator(silo).Execute(key, _origin.Store(Origin.Json(i)));

        // One round a write; a prepare for each would make it two.
        Assert.InRange(_cluster.CountersOf(silo).Rounds - before, 50, 60);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public async Task KeyThatIsNone_IsInvalid(int length)
    {
        var reply = await _cluster.Coordinator(_cluster.Silos[0]).Execute(new string('k', length), _origin.Fetch());
        Assert.Equal(ReplyStatus.Invalid, reply.Status);
        Assert.NotEmpty(reply.Detail!);
    }

    [Fact]
    public async Task Status_FromAnySilo_NamesAllNodesAndOneLeader()
    {
        await _cluster.Key("counted").Execute(_origin.Store("1"));
        foreach (var silo in _cluster.Silos)
        {
            // They are when they have compared what they hold.
            await Eventually.True("all members in sync", async () => (await _cluster.Coordinator(silo).GetCluster()).Nodes.Count(node => node.State == NodeState.InSync), seen => seen == 3);
            var status = await _cluster.Coordinator(silo).GetCluster();
            Assert.Equal((1, 1, silo.Name, false), (status.Epoch, status.Mode, status.Silo, status.Migrating));
            Assert.Contains(status.Leader, _cluster.Silos.Select(other => other.Name));
            Assert.Equal(_cluster.Silos.Select(other => other.Name).Order(), status.Nodes.Select(node => node.Name).Order());
            Assert.All(status.Nodes, node => Assert.True(node is { Member: true, PendingWrites: 0, UnreachableSince: 0 }));
            Assert.Contains(status.Nodes, node => node.Keys > 0);
        }
    }
}
