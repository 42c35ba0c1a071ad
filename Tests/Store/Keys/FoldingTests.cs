using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Keys;

[Collection(SharedStore.Name)]
public sealed class FoldingTests(StoreFixture fixture)
{
    [Fact]
    public async Task HotKey_FoldsOperationsThatArriveTogetherIntoFewRounds()
    {
        const int Operations = 400;
        var cluster = fixture.Cluster;
        var origin = new Origin();
        var key = "hot-" + Guid.NewGuid().ToString("N");
        await cluster.Key(key).Execute(origin.Store("0"));
        var rounds = cluster.Silos.Sum(silo => cluster.CountersOf(silo).Rounds);

        var replies = await Task.WhenAll(Enumerable.Range(0, Operations).Select(i => cluster.Key(key).Execute(origin.Store(Origin.Json(i))).AsTask()));

        Assert.All(replies, reply => Assert.Equal(ReplyStatus.Done, reply.Status));
        Assert.Equal(Operations, replies.Select(reply => reply.Version).Distinct().Count());
        var spent = cluster.Silos.Sum(silo => cluster.CountersOf(silo).Rounds) - rounds;
        Assert.InRange(spent, 1, Operations / 4);
    }
}
