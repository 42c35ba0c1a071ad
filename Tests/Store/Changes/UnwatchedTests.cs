using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Interfaces.Changes;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Store.Changes;

/// <summary>What the feed costs where nobody follows anything, which is every store most of the time.</summary>
public sealed class UnwatchedTests(ITestOutputHelper output)
{
    private const int Rounds = 100_000;

    private static readonly Key Key = Key.From("k");
    private static readonly RegisterState State = new(
        isTombstone: false, Encoding.UTF8.GetBytes("v"), null, 7, new HybridTimestamp(7), HybridTimestamp.Zero, new HybridTimestamp(7), OperationMemory.Empty);

    private static Proposer NewProposer()
    {
        var map = new ClusterMap(Epoch.None.Next(), ConsistencyMode.Consistent, [new Generation([new NodeId("n", new StoreId(Guid.NewGuid()))], WriteQuorum.Majority)]);
        return new Proposer(Key, new ProposerId(1, 1), map, map.Newest.Nodes[0], new ProposerOptions(), seed: 1);
    }

    [Fact]
    public void HooksOfTheHotPath_AllocateNothing_AndLeaveTheProposerUnwatched()
    {
        using var feed = new ChangeFeed(TimeProvider.System, new ChangeCounters(), NullLogger<ChangeFeed>.Instance);
        var proposer = NewProposer();
        var interest = default(KeyInterest);
        Hooks(feed, proposer, ref interest, 1_000);

        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Hooks(feed, proposer, ref interest, Rounds);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalNanoseconds / Rounds:f1} ns for all hooks of a write on one silo"));
        Assert.Equal(0, allocated);
        Assert.False(proposer.ReportsChanges);
    }

    [Fact]
    public void Proposer_IsWatched_WhileSomeFilterCoversItsKey()
    {
        using var feed = new ChangeFeed(TimeProvider.System, new ChangeCounters(), NullLogger<ChangeFeed>.Instance);
        var proposer = NewProposer();
        var interest = default(KeyInterest);
        var subscriber = Guid.NewGuid();
        string[][] filters = [["other"], ["other", "k"], ["other"], []];
        bool[] expected = [false, true, false, false];
        for (var i = 0; i < filters.Length; i++)
        {
            feed.Follow(new FollowRequest { Subscriber = subscriber, Filter = i, Keys = filters[i] });
            interest.Refresh(feed, proposer);
            Assert.Equal(expected[i], proposer.ReportsChanges);
        }

        Assert.Null(feed.Interest);
        // A filter that comes late replaces none.
        var late = feed.Follow(new FollowRequest { Subscriber = subscriber, Filter = 1, Keys = ["k"] });
        Assert.Equal((FollowStatus.InForce, 3), (late.Status, late.Filter));
        Assert.Null(feed.Interest);
    }

    [Fact]
    public void Subscribers_AreBounded()
    {
        using var feed = new ChangeFeed(TimeProvider.System, new ChangeCounters(), NullLogger<ChangeFeed>.Instance);
        for (var i = 0; i < ChangeLimits.MaxSubscribers; i++)
            Assert.Equal(FollowStatus.InForce, feed.Follow(new FollowRequest { Subscriber = Guid.NewGuid(), Filter = 1, Keys = ["k"] }).Status);
        Assert.Equal(FollowStatus.Refused, feed.Follow(new FollowRequest { Subscriber = Guid.NewGuid(), Filter = 1, Keys = ["k"] }).Status);
        feed.Close();
        Assert.Null(feed.Interest);
        Assert.Equal(FollowStatus.Unreachable, feed.Follow(new FollowRequest { Subscriber = Guid.NewGuid(), Filter = 1, Keys = ["k"] }).Status);
    }

    /// <summary>As a write meets them on the silo of its proposer: two replies are taken in and one round ends, one accept is stored.</summary>
    private static void Hooks(ChangeFeed feed, Proposer proposer, ref KeyInterest interest, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            interest.Refresh(feed, proposer);
            interest.Refresh(feed, proposer);
            feed.Tell(Key, proposer.Effects.Changes);
            feed.Hint(Key, State);
        }
    }
}
