using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Time;

public sealed class HybridTimeTests
{
    [Fact]
    public void Clock_NeverRunsBackwards_AndCountsWithinAMillisecond()
    {
        var clock = new HybridClock();
        var random = new Random(5);
        var last = HybridTimestamp.Zero;
        for (var i = 0; i < 10_000; i++)
        {
            var now = clock.Now(1_000 + random.Next(-50, 50));
            Assert.True(now > last);
            last = now;
        }
    }

    [Fact]
    public void Clock_FollowsPhysicalTime_WhereThatIsAhead()
    {
        var clock = new HybridClock();
        clock.Now(10);
        Assert.Equal(HybridTimestamp.FromUnixMilliseconds(500), clock.Now(500));
    }

    [Fact]
    public void Clock_AfterObserving_IsAboveWhatItSaw()
    {
        var clock = new HybridClock();
        var seen = HybridTimestamp.FromUnixMilliseconds(9_000).Next();
        clock.Observe(seen);
        Assert.Equal(seen.Next(), clock.Now(1_000));
    }

    [Fact]
    public void Timestamp_KeepsItsParts()
    {
        var stamp = HybridTimestamp.FromUnixMilliseconds(1_763_700_000_123).Next().Next();
        Assert.Equal((1_763_700_000_123, 2), (stamp.UnixMilliseconds, stamp.Counter));
        Assert.Equal(1_763_700_001_123, stamp.Plus(TimeSpan.FromSeconds(1)).UnixMilliseconds);
    }

    [Fact]
    public void Timestamp_Saturates_InsteadOfWrapping()
    {
        Assert.Equal(HybridTimestamp.Zero, HybridTimestamp.FromUnixMilliseconds(-1));
        Assert.Equal(HybridTimestamp.MaxUnixMilliseconds, HybridTimestamp.FromUnixMilliseconds(long.MaxValue).UnixMilliseconds);
        Assert.Equal(HybridTimestamp.Max, HybridTimestamp.FromUnixMilliseconds(HybridTimestamp.MaxUnixMilliseconds).Plus(TimeSpan.FromDays(1)));
        Assert.Equal(HybridTimestamp.Max, HybridTimestamp.FromUnixMilliseconds(1).Plus(TimeSpan.MaxValue));
        Assert.Throws<InvariantViolationException>(() => HybridTimestamp.Max.Next());
    }
}
