using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Calls;

[Collection(SharedCluster.Name)]
public sealed class TimerTests(ClusterFixture fixture)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20);

    private ICallGrain NewGrain() => fixture.Grains.GetGrain<ICallGrain>(ClusterFixture.NewKey());

    [Fact]
    public async Task Timer_TicksUntilItIsDisposed()
    {
        var grain = NewGrain();
        await grain.StartTimer(Period, Period, interleave: false);
        await Eventually.True("three ticks", grain.Ticks, report => report.Ticks >= 3);

        await grain.StopTimer();
        var stopped = (await grain.Ticks()).Ticks;
        await grain.Occupy(Period * 10);
        Assert.Equal(stopped, (await grain.Ticks()).Ticks);
    }

    [Fact]
    public async Task OneShotTimer_TicksOnce()
    {
        var grain = NewGrain();
        await grain.StartTimer(Period, Timeout.InfiniteTimeSpan, interleave: false);
        await Eventually.True("one tick", grain.Ticks, report => report.Ticks == 1);
        await grain.Occupy(Period * 10);
        Assert.Equal(1, (await grain.Ticks()).Ticks);
    }

    [Fact]
    public async Task OrdinaryTimer_WaitsForTheCallThatRuns()
    {
        var grain = NewGrain();
        await grain.StartTimer(Period, Period, interleave: false);
        await grain.Occupy(Period * 20);
        await Eventually.True("ticks after the call", grain.Ticks, report => report.Ticks > 0);
        Assert.Equal(0, (await grain.Ticks()).TicksDuringCalls);
    }

    [Fact]
    public async Task InterleavingTimer_TicksDuringACall()
    {
        var grain = NewGrain();
        await grain.StartTimer(Period, Period, interleave: true);
        await grain.Occupy(Period * 50);
        Assert.NotEqual(0, (await grain.Ticks()).TicksDuringCalls);
    }

    [Fact]
    public async Task TimerChangedDuringItsTick_TicksAgain_EvenIfThatIsDueBeforeTheTickEnds()
    {
        var grain = NewGrain();
        await grain.StartTimerThatChangesItself(Period * 5);
        await Eventually.True("a second tick", grain.Ticks, report => report.Ticks == 2);
    }
}
