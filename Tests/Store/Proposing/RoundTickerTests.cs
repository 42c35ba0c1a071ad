using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Proposing;

public sealed class RoundTickerTests
{
    private sealed class Ticking(Func<bool> sweep) : ITicking
    {
        private int _sweeps;

        public int Sweeps => Volatile.Read(ref _sweeps);

        public bool Sweep(long now)
        {
            var goOn = sweep();
            Interlocked.Increment(ref _sweeps);
            return goOn;
        }
    }

    [Fact]
    public async Task SweepThatOutlastsThePeriod_DoesNotEndTheWatch()
    {
        using var ticker = new RoundTicker(TimeProvider.System);
        var first = true;
        var slow = new Ticking(() =>
        {
            if (first) Thread.Sleep(RoundTicker.Resolution * 10);
            first = false;
            return true;
        });
        ticker.Watch(slow);
        await Eventually.Seen("sweeps after the slow one", () => slow.Sweeps, sweeps => sweeps > 5);
    }

    [Fact]
    public async Task WatchThatIsOver_IsNotSweptAgain_AndANewOneIs()
    {
        using var ticker = new RoundTicker(TimeProvider.System);
        var once = new Ticking(() => false);
        ticker.Watch(once);
        await Eventually.Seen("one sweep", () => once.Sweeps, sweeps => sweeps == 1);
        var other = new Ticking(() => true);
        ticker.Watch(other);
        await Eventually.Seen("sweeps of another", () => other.Sweeps, sweeps => sweeps > 5);
        Assert.Equal(1, once.Sweeps);
    }
}
