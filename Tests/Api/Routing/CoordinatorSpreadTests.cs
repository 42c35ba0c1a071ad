using Orleans.Kv.Api.Routing;

namespace Orleans.Kv.Tests.Api.Routing;

/// <summary>The spread over an engine that chooses a gateway for an address when that is first used, by turns, and keeps to it.</summary>
public sealed class CoordinatorSpreadTests
{
    private const int Count = 12;

    private readonly CoordinatorChoice _coordinators = new(Count);
    private readonly CoordinatorSpread _spread;
    private readonly string[] _gateways = new string[Count];
    private readonly HashSet<string> _hanging = [];
    private List<string> _live = ["silo-1"];
    private int _turn;
    private int _moves;

    public CoordinatorSpreadTests()
    {
        var cluster = new FakeCluster { Coordinators = Count, Readdressed = coordinator => (_gateways[coordinator], _moves) = (NextGateway(), _moves + 1) };
        _spread = new CoordinatorSpread(cluster, _coordinators);
        for (var i = 0; i < Count; i++) _gateways[i] = NextGateway();
        Ask();
    }

    [Fact]
    public void AHostThatMetTheFirstSiloAlone_ReachesThoseThatJoinLater()
    {
        Join("silo-2", "silo-3");
        Rounds(8);
        Assert.All(_live, silo => Assert.InRange(Behind(silo), 2, Count));
        var moves = _moves;
        Rounds(100);
        Assert.Equal(moves, _moves);
    }

    [Fact]
    public void TheOnlySiloThatIsKnownHangs_AndTheOthersAreFound()
    {
        Join("silo-2", "silo-3");
        _spread.Even(_live, _ => false);
        _hanging.Add("silo-1");
        Ask();
        Assert.True(_coordinators.AreAllSilent);

        // Nobody has said lately who there is.
        for (var i = 0; i < 8; i++) Round(silos: null);
        Assert.False(_coordinators.AreAllSilent);
        Assert.All(["silo-2", "silo-3"], silo => Assert.Contains(Enumerable.Range(0, Count), i => _coordinators.SiloOf(i) == silo));
        // Whoever stays behind it says that it hangs, and will say when it does no longer.
        Assert.NotEqual(0, _coordinators.Trouble);
        Assert.InRange(Behind("silo-1"), 2, Count);
    }

    [Fact]
    public void ASiloThatHangs_KeepsSomeOfItsOwn_AndTheRestAreLeftInPeace()
    {
        Join("silo-2", "silo-3");
        Rounds(8);
        _hanging.Add("silo-2");
        Ask();
        Rounds(CoordinatorSpread.QuickTries);
        var moves = _moves;
        Rounds(50);
        Assert.Equal(moves, _moves);
        Assert.InRange(Behind("silo-2"), 2, 4);
        Assert.All(["silo-1", "silo-3"], silo => Assert.InRange(Behind(silo), 2, Count));
        Assert.NotEqual(0, _coordinators.Trouble);
    }

    [Fact]
    public void TheOnlySiloThatAnswersWasLostForAMoment_AndIsFoundAgainBesideThoseThatHang()
    {
        Join("silo-2", "silo-3");
        Rounds(8);
        _hanging.UnionWith(["silo-1", "silo-2"]);
        // What was behind silo-3 is left to the others, and hangs with them.
        for (var i = 0; i < Count; i++) _gateways[i] = _gateways[i] == "silo-3" ? "silo-1" : _gateways[i];
        Ask();
        Assert.True(_coordinators.AreAllSilent);

        for (var i = 0; i < 8; i++) Round(silos: null);
        Assert.InRange(Behind("silo-3"), 2, Count);
        Assert.False(_coordinators.AreAllSilent);
        Assert.NotEqual(0, _coordinators.Trouble);
    }

    [Fact]
    public void ASiloThatNoGatewayLeadsTo_IsTriedForMoreRarely_AndFoundWhenOneDoes()
    {
        var named = new[] { "silo-1", "silo-2" };
        for (var i = 0; i < CoordinatorSpread.QuickTries; i++) Round(named);
        var moves = _moves;
        for (var i = 0; i < 10 * CoordinatorSpread.CallsPerTry; i++) Round(named);
        // Three of twelve are an even share's half.
        Assert.InRange(_moves - moves, 10, 10 * 3);

        Join("silo-2");
        for (var i = 0; i < 4 * CoordinatorSpread.CallsPerTry; i++) Round(named);
        Assert.InRange(Behind("silo-2"), 3, Count);
    }

    [Fact]
    public void NobodyIsMoved_WhileAnAnswerIsWaitedFor_OrSilosAreNotKnown()
    {
        Join("silo-2");
        for (var i = 0; i < 10; i++) _spread.Even(_live, _ => false);
        Assert.Equal(0, _moves);
        var unknown = new CoordinatorSpread(new FakeCluster { Readdressed = _ => Assert.Fail("nobody is known to have too few") }, _coordinators);
        unknown.Even(silos: null, _ => true);
    }

    [Fact]
    public void MoreSilosThanCoordinators_AreNoReasonToMoveForEver()
    {
        Join([.. Enumerable.Range(2, 14).Select(i => $"silo-{i}")]);
        Rounds(CoordinatorSpread.QuickTries);
        Assert.All(_live, silo => Assert.InRange(Behind(silo), 0, 2));
        var moves = _moves;
        Rounds(10 * CoordinatorSpread.CallsPerTry);
        Assert.InRange(_moves - moves, 0, 10 * Count);
    }

    private void Join(params string[] silos) => _live = [.. _live, .. silos];

    private int Behind(string silo) => _gateways.Count(gateway => gateway == silo);

    private string NextGateway() => _live[_turn++ % _live.Count];

    private void Rounds(int count)
    {
        for (var i = 0; i < count; i++) Round(_live);
    }

    private void Round(IReadOnlyCollection<string>? silos)
    {
        _spread.Even(silos, _ => true);
        Ask();
    }

    private void Ask()
    {
        for (var i = 0; i < Count; i++)
        {
            if (_hanging.Contains(_gateways[i])) _coordinators.Hung(i, now: 1);
            else _coordinators.Answered(i, _gateways[i]);
        }
    }
}
