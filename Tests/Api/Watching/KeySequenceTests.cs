using Orleans.Kv.Api.Watching;

namespace Orleans.Kv.Tests.Api.Watching;

public class KeySequenceTests
{
    private readonly KeySequence _sequence = new("k");

    [Fact]
    public void AChangeThatFollows_IsToldAtOnce()
    {
        Start(3);
        Assert.Equal("4", Receive(4, previous: 3));
        Assert.Equal("5", Receive(5));
        Assert.Null(_sequence.NextDue);
    }

    [Fact]
    public void AVersionToldAlready_IsDropped()
    {
        Start(3);
        Assert.Equal("", Receive(3));
        Assert.Equal("", Receive(1));
        Assert.Equal("4", Receive(4));
        Assert.Equal("", Receive(4));
        Assert.Null(_sequence.NextDue);
    }

    [Fact]
    public void AGap_IsHeldUntilItIsFilled()
    {
        Start(3);
        Assert.Equal("", Receive(6));
        Assert.Equal("", Receive(5, now: 100));
        Assert.Equal(KeySequence.HoldMilliseconds, _sequence.NextDue);
        Assert.Equal("4 5 6", Receive(4, now: 200));
        Assert.Null(_sequence.NextDue);
    }

    [Fact]
    public void AGapThatStaysOpen_IsToldWithWhatWasSkipped()
    {
        Start(3);
        Receive(6, previous: 5);
        Receive(8, previous: 7);
        Assert.Equal("", Due(KeySequence.HoldMilliseconds - 1));
        Assert.Equal("6+2 8+1", Due(KeySequence.HoldMilliseconds));
        Assert.Equal("", Receive(5));
    }

    [Fact]
    public void ANewKey_IsToldAtOnceWhateverItsNumber()
    {
        Assert.Equal("17", Receive(17, previous: 0));
        Assert.Equal("18", Receive(18, previous: 17));
    }

    [Fact]
    public void AKeyOfWhichNothingIsKnown_WaitsForAMomentAndIsSaidToSkipNothing()
    {
        Assert.Equal("", Receive(17, previous: 16));
        Assert.Equal("17", Due(KeySequence.HoldUnknownMilliseconds));
    }

    [Fact]
    public void AForgottenKey_ComesBackWithAnyHigherNumber()
    {
        Start(3, isLive: false);
        Assert.Equal("12", Receive(12, previous: 0));
    }

    [Fact]
    public void AValueThatIsFollowedByANewKey_IsMissingItsDeletion()
    {
        Start(3);
        Assert.Equal("", Receive(12, previous: 0));
        Assert.Equal("12+8", Due(KeySequence.HoldMilliseconds));
    }

    [Fact]
    public void AHint_AsksForAReadOnlyWhereNoChangeComes()
    {
        Start(3);
        _sequence.Hint(4, now: 0);
        Assert.Equal(KeySequence.HintMilliseconds, _sequence.NextDue);
        Receive(4, now: 10);
        Assert.Null(_sequence.NextDue);
        _sequence.Hint(4, now: 20);
        Assert.Null(_sequence.NextDue);
        _sequence.Hint(5, now: 20);
        Assert.False(IsReadDue(20 + KeySequence.HintMilliseconds - 1));
        Assert.True(IsReadDue(20 + KeySequence.HintMilliseconds));
        Assert.False(IsReadDue(1_000), "one read at a time");
    }

    [Fact]
    public void ARead_SettlesTheHintsBeforeItAndNoneAfter()
    {
        Start(3);
        _sequence.Hint(9, now: 0);
        Assert.True(IsReadDue(300));
        // The version hinted at was never committed.
        Assert.Equal("", Found(3, now: 310));
        Assert.Null(_sequence.NextDue);
        _sequence.Hint(4, now: 400);
        Assert.True(IsReadDue(700));
        _sequence.Hint(4, now: 701);
        Found(3, now: 710);
        Assert.True(IsReadDue(710 + KeySequence.HintMilliseconds));
        Assert.Equal("4", Found(4, now: 2_000));
        Assert.Null(_sequence.NextDue);
    }

    [Fact]
    public void AReadAheadOfTheFeeds_WaitsForThemAsAChangeDoes()
    {
        Start(3);
        _sequence.Doubt(now: 0);
        Assert.True(IsReadDue(0));
        Assert.Equal("", Found(5, now: 10));
        Assert.Equal("4 5", Receive(4, now: 20));
    }

    [Fact]
    public void AFailedRead_IsDoneAgain()
    {
        Start(3);
        _sequence.Doubt(now: 0);
        Assert.True(IsReadDue(0));
        _sequence.Failed(retryAt: 500);
        Assert.False(IsReadDue(499));
        Assert.True(IsReadDue(500));
    }

    [Fact]
    public void ADoubtDuringARead_IsReadAgain()
    {
        Start(3);
        _sequence.Doubt(now: 0);
        Assert.True(IsReadDue(0));
        _sequence.Doubt(now: 5);
        Found(3, now: 10);
        Assert.NotNull(_sequence.NextDue);
        Assert.True(IsReadDue(10 + KeySequence.HintMilliseconds));
    }

    [Fact]
    public void AValueThatIsFoundToBeForgotten_IsToldAsDeleted()
    {
        Start(3);
        _sequence.Doubt(now: 0);
        Assert.True(IsReadDue(0));
        var told = new List<WatchEvent>();
        _sequence.Found(null, 10, told);
        Assert.Equal((WatchEventKind.Deleted, 4L), (told.Single().Kind, told.Single().Version));
    }

    [Fact]
    public void ATombstoneOfAKeyNobodyWasToldOf_IsNotTold()
    {
        _sequence.Hint(7, now: 0);
        Assert.True(IsReadDue(300));
        var told = new List<WatchEvent>();
        _sequence.Found(new WatchEvent(WatchEventKind.Deleted, "k", 7), 310, told);
        Assert.Empty(told);
        Assert.Equal("8", Receive(8, previous: 7));
    }

    [Fact]
    public void TooManyHeldBack_AreTold()
    {
        Start(0, isLive: false);
        for (var version = 2; version <= KeySequence.MaxHeld + 1; version++) Assert.Equal("", Receive(version, previous: version - 1));
        Assert.StartsWith("2+1 3 4 ", Receive(KeySequence.MaxHeld + 2, previous: KeySequence.MaxHeld + 1), StringComparison.Ordinal);
    }

    private void Start(long version, bool isLive = true) => _sequence.Start(version, isLive, 0, []);

    private string Receive(long version, long previous = -1, long now = 0)
    {
        var told = new List<WatchEvent>();
        _sequence.Receive(Event(version, previous), now, told);
        return Text(told);
    }

    private string Due(long now)
    {
        var told = new List<WatchEvent>();
        Assert.False(_sequence.Due(now, told));
        return Text(told);
    }

    private bool IsReadDue(long now) => _sequence.Due(now, []);

    private string Found(long version, long now)
    {
        var told = new List<WatchEvent>();
        _sequence.Found(Event(version, -1), now, told);
        return Text(told);
    }

    private static WatchEvent Event(long version, long previous) => new(WatchEventKind.Stored, "k", version) { Previous = previous };

    private static string Text(List<WatchEvent> told) => string.Join(' ', told.Select(each => each.Skipped > 0 ? $"{each.Version}+{each.Skipped}" : $"{each.Version}"));
}
