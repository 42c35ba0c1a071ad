using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Reachability;

namespace Orleans.Kv.Tests.Store.Reachability;

/// <summary>When a node counts as unreachable, and by what it comes back.</summary>
public sealed class PeerStateTests
{
    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(1);

    private readonly Clock _clock = new();
    private readonly PeerState _peer;
    private long? _heard;

    public PeerStateTests() => _peer = new PeerState(new NodeId("silo-2", new StoreId(Guid.NewGuid())), _clock);

    [Fact]
    public void Silence_MakesItUnreachable_SinceItWasLastHeard()
    {
        Pass(0.5);
        Hear();
        var heardAt = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        Pass(0.9);
        Assert.Equal(PeerChange.None, Judge());
        Pass(0.1);
        Assert.Equal(PeerChange.Lost, Judge());
        Assert.Equal(heardAt, _peer.UnreachableSince);
        Assert.Equal(PeerChange.None, Judge());
    }

    [Fact]
    public void OneAnswer_BringsItBack()
    {
        Pass(2);
        Judge();
        Hear();
        Assert.Equal(PeerChange.Found, Judge());
        Assert.True(_peer.IsReachable);
        Assert.Equal(PeerChange.None, Judge());
    }

    [Fact]
    public void APauseOfThisSilo_IsNotHeldAgainstWhoWasReachable()
    {
        Hear();
        Pass(5);
        _peer.Excuse();
        Assert.Equal(PeerChange.None, Judge());
        Pass(1);
        Assert.Equal(PeerChange.Lost, Judge());
    }

    [Fact]
    public void APauseOfThisSilo_BringsNobodyBack()
    {
        Hear();
        Pass(2);
        Assert.Equal(PeerChange.Lost, Judge());
        Pass(5);
        _peer.Excuse();
        Assert.Equal(PeerChange.None, Judge());
        Assert.False(_peer.IsReachable);
    }

    [Fact]
    public void ARefusal_MakesItUnreachableAtOnce_UntilItAnswers()
    {
        Hear();
        Pass(0.1);
        _peer.Refused();
        Assert.Equal(PeerChange.Lost, Judge());
        Pass(0.1);
        Hear();
        Assert.Equal(PeerChange.Found, Judge());
    }

    [Fact]
    public void WhoIsNoMember_IsUnreachable_AndMembershipAloneDoesNotBringItBack()
    {
        Hear();
        Assert.Equal(PeerChange.Lost, Judge(isMember: false));
        Pass(2);
        Assert.Equal(PeerChange.None, Judge());
        Hear();
        Assert.Equal(PeerChange.Found, Judge());
    }

    private PeerChange Judge(bool isMember = true) => _peer.Judge(_heard, isMember, SilentAfter).Change;

    private void Hear() => _heard = _clock.GetTimestamp();

    private void Pass(double seconds) => _clock.Now += TimeSpan.FromSeconds(seconds);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.Ticks;
    }
}
