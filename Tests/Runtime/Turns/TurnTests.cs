using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Turns;

[Collection(SharedCluster.Name)]
public sealed class TurnTests(ClusterFixture fixture)
{
    [Fact]
    public async Task ManyCallsAtOnce_RunOneAfterAnother()
    {
        const int Calls = 200;
        var grain = fixture.Grains.GetGrain<ITurnGrain>(ClusterFixture.NewKey());

        var results = await Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => grain.Increment()));

        Assert.Equal(Enumerable.Range(1, Calls), results.Order());
        Assert.Equal(1, await grain.MostAtOnce());
    }

    [Fact]
    public async Task CodeAfterAnAwait_RunsOnTheGrainsOwnScheduler() =>
        Assert.True(await fixture.Grains.GetGrain<ITurnGrain>(ClusterFixture.NewKey()).KeepsItsScheduler());

    [Fact]
    public async Task OrdinaryCall_WaitsUntilTheOneBeforeItHasEnded()
    {
        var grain = fixture.Grains.GetGrain<ITurnGrain>(ClusterFixture.NewKey());
        var held = grain.Hold();
        await UntilHeld(grain, 1);

        var touch = grain.Touch();
        for (var look = 0; look < 20; look++)
            Assert.Equal(0, (await grain.Peek()).Touched);
        Assert.False(touch.IsCompleted);

        await grain.Release();
        await held;
        await touch;
        Assert.Equal(1, (await grain.Peek()).Touched);
    }

    [Fact]
    public async Task AlwaysInterleaveCall_RunsWhileAnotherWaits()
    {
        var grain = fixture.Grains.GetGrain<ITurnGrain>(ClusterFixture.NewKey());
        var held = grain.Hold();
        await UntilHeld(grain, 1);

        // Without interleaving neither of these would come back before the call that only they can end.
        await grain.Release();
        await held;
    }

    [Fact]
    public async Task ReadOnlyCalls_RunTogether_ButNotWithAWrite()
    {
        var grain = fixture.Grains.GetGrain<ITurnGrain>(ClusterFixture.NewKey());
        var readers = new[] { grain.HoldReading(), grain.HoldReading(), grain.HoldReading() };
        await UntilHeld(grain, 3);

        var write = grain.Touch();
        for (var look = 0; look < 20; look++)
            Assert.Equal(0, (await grain.Peek()).Touched);

        await grain.Release();
        await Task.WhenAll(readers);
        await write;
    }

    [Fact]
    public async Task ReentrantGrain_RunsOtherCallsWhileOneWaits()
    {
        var grain = fixture.Grains.GetGrain<IReentrantGrain>(ClusterFixture.NewKey());
        var held = grain.Hold();
        await Eventually.True("one call held", grain.Peek, state => state.Held == 1);

        await grain.Touch();
        Assert.Equal(new TurnState(1, 1), await grain.Peek());

        await grain.Release();
        await held;
    }

    [Fact]
    public async Task ReentrantGrain_StillRunsOneTurnAtATime()
    {
        var grain = fixture.Grains.GetGrain<IReentrantGrain>(ClusterFixture.NewKey());

        var sums = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => grain.Spin()));

        // Each turn adds the same number; an addition lost between two threads would show in the largest sum.
        Assert.Equal(50 * sums.Min(), sums.Max());
    }

    [Fact]
    public async Task OneWayCall_ReturnsBeforeItsTurn_AndStillRuns()
    {
        var grain = fixture.Grains.GetGrain<ITurnGrain>(ClusterFixture.NewKey());
        var held = grain.Hold();
        await UntilHeld(grain, 1);

        await grain.TouchOneWay();
        Assert.Equal(0, (await grain.Peek()).Touched);

        await grain.Release();
        await held;
        await Eventually.True("the one-way call to have run", grain.Peek, state => state.Touched == 1);
    }

    private static async Task UntilHeld(ITurnGrain grain, int calls) =>
        await Eventually.True($"{calls} calls held", grain.Peek, state => state.Held == calls);
}
