using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Interfaces.Changes;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Changes;

/// <summary>The queue of one subscriber: what is kept, what is told again, and what happens when too much waits.</summary>
public sealed class SubscriptionTests
{
    private readonly ChangeCounters _counters = new();
    private readonly PausableTime _time = new();
    private readonly Subscription _subscription;

    public SubscriptionTests() => _subscription = new Subscription(_time, _counters);

    private void Add(string key, long version, int bytes = 1) =>
        _subscription.Add(Key.From(key), new ChangeEntry { Key = key, Version = version, Kind = ChangeKind.Stored, Value = new byte[bytes] });

    private void Hint(string key, long version) => _subscription.AddHint(Key.From(key), version, 1);

    private static string Show(ChangeBatch batch) =>
        $"{batch.Status} {batch.Last}: " + string.Join(' ', batch.Entries.Select(static entry => $"{(entry.Kind == ChangeKind.Hint ? "?" : "")}{entry.Key}{entry.Version}"));

    private async Task<string> Poll(long after) => Show(await _subscription.Poll(after));

    [Fact]
    public async Task Entries_StayUntilTheyAreAcknowledged()
    {
        Add("a", 1);
        Add("b", 1);
        Assert.Equal("Ok 2: a1 b1", await Poll(0));
        Assert.Equal("Ok 2: a1 b1", await Poll(0));
        Add("a", 2);
        Assert.Equal("Ok 3: b1 a2", await Poll(1));
        Assert.Equal("Ok 3: a2", await Poll(2));
        // An old question that comes late takes nothing back and forgets nothing.
        Assert.Equal("Ok 3: a2", await Poll(1));
    }

    [Fact]
    public async Task Question_IsAnsweredByTheFirstChange()
    {
        var question = Poll(0);
        Assert.False(question.IsCompleted);
        Add("a", 1);
        Assert.Equal("Ok 1: a1", await question);
    }

    [Fact]
    public async Task Question_WithNothingToTell_IsAnsweredAfterItsPatience()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal("Ok 0: ", await Poll(0));
        Assert.InRange(watch.Elapsed, ChangeLimits.PollPatience - TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task SecondQuestion_SupersedesTheFirst()
    {
        var first = Poll(0);
        var second = Poll(0);
        Assert.Equal("Ok 0: ", await first);
        Add("a", 1);
        Assert.Equal("Ok 1: a1", await second);
    }

    [Fact]
    public async Task Hint_IsWithdrawnByItsChange_AndOneStandsForEarlierOnes()
    {
        Hint("a", 1);
        Add("a", 1);
        Hint("b", 1);
        Hint("b", 3);
        Hint("b", 2);
        Hint("c", 2);
        Add("c", 1);
        Assert.Equal("Ok 5: a1 ?b3 ?c2 c1", await Poll(0));
        Assert.Equal(2, _counters.Changes);
    }

    /// <summary>What was handed out does not change any more: who asks again gets the same, and what came since behind it.</summary>
    [Fact]
    public async Task Hint_ThatWasHandedOut_StaysAsItIs()
    {
        Hint("a", 1);
        Assert.Equal("Ok 1: ?a1", await Poll(0));
        Hint("a", 2);
        Add("a", 2);
        Assert.Equal("Ok 3: ?a1 a2", await Poll(0));
    }

    [Fact]
    public async Task Hint_AnswersAWaitingQuestion_InTheEnd()
    {
        var question = Poll(0);
        Hint("a", 1);
        Assert.False(question.IsCompleted);
        Assert.Equal("Ok 1: ?a1", await question);
    }

    [Fact]
    public async Task HintThatWasWithdrawn_LeavesNothingToTell()
    {
        Hint("a", 1);
        Add("a", 1);
        Assert.Equal("Ok 2: a1", await Poll(0));
        var question = Poll(2);
        Assert.False(question.IsCompleted);
        Add("a", 2);
        Assert.Equal("Ok 3: a2", await question);
    }

    [Fact]
    public async Task Answer_IsBounded_ButOneEntryAlwaysFits()
    {
        Add("a", 1, 3 * ChangeLimits.MaxBatchBytes);
        Add("b", 1, ChangeLimits.MaxBatchBytes / 2);
        Add("c", 1, ChangeLimits.MaxBatchBytes / 3);
        Add("d", 1, ChangeLimits.MaxBatchBytes / 3);
        Assert.Equal("Ok 1: a1", await Poll(0));
        Assert.Equal("Ok 3: b1 c1", await Poll(1));
        Assert.Equal("Ok 4: d1", await Poll(3));
    }

    [Fact]
    public async Task TooManyEntries_AreLost_AndWhatFollowsIsCompleteAgain()
    {
        for (var i = 1; i <= ChangeLimits.MaxWaiting; i++) Add("a", i);
        Assert.Equal(0, _counters.Overflows);
        Add("b", 1);
        Add("c", 1);
        Assert.Equal($"Lost {ChangeLimits.MaxWaiting + 1}: ", await Poll(0));
        Assert.Equal($"Lost {ChangeLimits.MaxWaiting + 1}: ", await Poll(17));
        Assert.Equal($"Ok {ChangeLimits.MaxWaiting + 2}: c1", await Poll(ChangeLimits.MaxWaiting + 1));
        Assert.Equal(1, _counters.Overflows);
    }

    [Fact]
    public async Task TooManyBytes_AreLost_ButAnEmptyQueueTakesAnyEntry()
    {
        Add("a", 1, (int)ChangeLimits.MaxWaitingBytes + 1);
        Assert.Equal("Ok 1: a1", await Poll(0));
        Add("b", 1);
        Assert.Equal("Lost 2: ", await Poll(1));
    }

    [Fact]
    public async Task LostEntries_AnswerAWaitingQuestion()
    {
        var question = Poll(0);
        Add("a", 1, (int)ChangeLimits.MaxWaitingBytes + 1);
        Add("b", 1);
        Assert.Contains(await question, (string[])["Ok 1: a1", "Lost 2: "]);
        Assert.Equal("Lost 2: ", await Poll(1));
    }

    [Fact]
    public async Task Close_AnswersWhoWaits_AndKeepsNothing()
    {
        var question = Poll(0);
        _subscription.Close();
        Assert.Equal(ChangeStatus.Unknown, (await _subscription.Poll(0)).Status);
        Assert.StartsWith("Unknown", await question, StringComparison.Ordinal);
        Add("a", 1);
        Assert.Equal(0, _counters.Changes);
    }

    [Fact]
    public async Task WhoDoesNotAsk_IsForsaken_ButNotWhileAQuestionWaits()
    {
        var question = Poll(0);
        _time.Skip(2 * ChangeLimits.SubscriberPatience);
        Assert.False(_subscription.IsForsaken);
        Add("a", 1);
        await question;
        Assert.False(_subscription.IsForsaken);
        _time.Skip(2 * ChangeLimits.SubscriberPatience);
        Assert.True(_subscription.IsForsaken);
        _subscription.Touch();
        Assert.False(_subscription.IsForsaken);
    }
}
