using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Keys;

/// <summary>The same operation id, wherever and however often it is sent, happens once.</summary>
[Collection(SharedStore.Name)]
public sealed class ExactlyOnceTests(StoreFixture fixture)
{
    private readonly StoreCluster _cluster = fixture.Cluster;
    private readonly Origin _origin = new();
    private readonly string _key = "once-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Repeat_ToTheKeyGrain_GetsTheFirstAnswerAgain()
    {
        var store = _origin.Store("1");
        var first = await _cluster.Key(_key).Execute(store);
        await _cluster.Key(_key).Execute(_origin.Store("2"));
        var second = await _cluster.Key(_key).Execute(store);

        Assert.Equal((first.Status, first.Version, first.Created), (second.Status, second.Version, second.Created));
        Assert.Equal("2", Origin.Text(await _cluster.Key(_key).Execute(_origin.Fetch())));
    }

    [Fact]
    public async Task FailedCondition_RepeatedWhenItWouldHold_FailsAgain()
    {
        var created = await _cluster.Key(_key).Execute(_origin.Store("1"));
        var absent = _origin.Store("2", ifAbsent: true);
        Assert.Equal(ReplyStatus.ConditionFailed, (await _cluster.Key(_key).Execute(absent)).Status);
        await _cluster.Key(_key).Execute(_origin.Delete(created.Version));

        Assert.Equal(ReplyStatus.ConditionFailed, (await _cluster.Key(_key).Execute(absent)).Status);
        Assert.Equal(ReplyStatus.NotFound, (await _cluster.Key(_key).Execute(_origin.Fetch())).Status);
    }

    [Fact]
    public async Task Twins_AtTheKeyGrainAndAllCoordinatorsAtOnce_ApplyOnce()
    {
        await _cluster.Key(_key).Execute(_origin.Store("0"));
        for (var i = 0; i < 40; i++)
        {
            var swap = _origin.TestAndSet(Origin.Json(i), Origin.Json(i + 1));
            var calls = _cluster.Silos.Select(silo => _cluster.Coordinator(silo).Execute(_key, swap).AsTask()).Append(_cluster.Key(_key).Execute(swap).AsTask());
            var replies = await Task.WhenAll(calls);

            Assert.All(replies, reply => Assert.Equal((ReplyStatus.Done, true), (reply.Status, reply.Swapped)));
            Assert.Single(replies.Select(reply => reply.Version).Distinct());
        }

        Assert.Equal("40", Origin.Text(await _cluster.Key(_key).Execute(_origin.Fetch())));
    }

    [Fact]
    public async Task Ghost_BelowItsOriginsMark_IsNotApplied()
    {
        var old = _origin.Store("ghost");
        var next = _origin.Store("1");
        var marked = new OperationRequest
        {
            Code = next.Code, Origin = next.Origin, Number = next.Number, Mark = next.Number, Deadline = next.Deadline, Value = next.Value,
        };
        await _cluster.Key(_key).Execute(marked);

        Assert.Equal(ReplyStatus.Ghost, (await _cluster.Key(_key).Execute(old)).Status);
        Assert.Equal("1", Origin.Text(await _cluster.Key(_key).Execute(_origin.Fetch())));
    }
}
