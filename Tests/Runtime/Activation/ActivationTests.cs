using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Activation;

[Collection(SharedCluster.Name)]
public sealed class ActivationTests(ClusterFixture fixture)
{
    [Fact]
    public async Task CallAfterDeactivation_MeetsANewInstance()
    {
        var key = ClusterFixture.NewKey();
        var grain = fixture.Grains.GetGrain<ILifeGrain>(key);
        var first = await grain.Instance();
        Assert.Equal(first, await grain.Instance());

        await grain.Deactivate();
        await Eventually.Seen("deactivation", () => LifeGrain.LastDeactivation(key), reason => reason is not null);

        Assert.Equal(DeactivationReasonCode.ApplicationRequested, LifeGrain.LastDeactivation(key));
        Assert.NotEqual(first, await grain.Instance());
    }

    [Fact]
    public async Task CallsDuringDeactivation_AreAllAnswered()
    {
        var grain = fixture.Grains.GetGrain<ILifeGrain>(ClusterFixture.NewKey());
        var calls = new List<Task<Guid>>();
        for (var round = 0; round < 20; round++)
        {
            calls.AddRange(Enumerable.Range(0, 10).Select(_ => grain.Instance()));
            await grain.Deactivate();
        }

        var instances = await Task.WhenAll(calls);
        Assert.True(instances.Distinct().Count() > 1, "the grain was never reactivated");
    }

    [Fact]
    public async Task IdleGrain_IsCollected()
    {
        var key = ClusterFixture.NewKey();
        var grain = fixture.Grains.GetGrain<IIdleGrain>(key);
        var first = await grain.Instance();

        await Eventually.Seen("the idle grain to be collected", () => IdleGrain.LastDeactivation(key), reason => reason is not null);

        Assert.Equal(DeactivationReasonCode.ActivationIdle, IdleGrain.LastDeactivation(key));
        Assert.NotEqual(first, await grain.Instance());
    }

    [Fact]
    public async Task FailedActivation_ReachesTheCaller()
    {
        var key = ClusterFixture.NewKey(LifeGrain.FailsAlways);
        var grain = fixture.Grains.GetGrain<ILifeGrain>(key);

        var failure = await Assert.ThrowsAnyAsync<Exception>(grain.Instance);
        Assert.Contains($"{key} refuses to be activated", failure.ToString(), StringComparison.Ordinal);

        // Not remembered as broken, nor hanging: the next call tries anew and fails the same way.
        failure = await Assert.ThrowsAnyAsync<Exception>(grain.Instance);
        Assert.Contains($"{key} refuses to be activated", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailedActivation_IsTriedAgainByTheNextCall()
    {
        var grain = fixture.Grains.GetGrain<ILifeGrain>(ClusterFixture.NewKey(LifeGrain.FailsOnce));
        await Assert.ThrowsAnyAsync<Exception>(grain.Instance);
        Assert.NotEqual(Guid.Empty, await grain.Instance());
    }

    [Fact]
    public async Task FirstCallsFromEverywhereAtOnce_MeetOneActivation()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => ClusterFixture.NewKey()).ToArray();
        var askers = fixture.Cluster.Silos.Select(silo => fixture.On(silo)).ToList();

        var answers = await Task.WhenAll(keys.Select(async key =>
        {
            var fromSilos = askers.Select(asker => asker.InstanceOf(key)).ToList();
            var fromClient = fixture.Grains.GetGrain<ILifeGrain>(key).Instance();
            return new HashSet<Guid>(await Task.WhenAll([.. fromSilos, fromClient]));
        }));

        Assert.All(answers, instances => Assert.Single(instances));
        Assert.Equal(keys.Length, answers.SelectMany(instances => instances).Distinct().Count());
    }

    [Fact]
    public async Task Grains_AreSpreadOverTheSilos()
    {
        var silos = await Task.WhenAll(
            Enumerable.Range(0, 300).Select(_ => fixture.Grains.GetGrain<ILifeGrain>(ClusterFixture.NewKey()).Silo()));
        Assert.Equal(fixture.Silos.Order(), silos.Distinct().Order());
    }
}
