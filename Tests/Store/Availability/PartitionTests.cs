using System.Diagnostics;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Availability;

/// <summary>One silo of three is cut off: what each side answers meanwhile, and what is left when they meet again.</summary>
public sealed class PartitionTests
{
    private const int Alone = 2;

    [Fact]
    public async Task InCp_TheSideWithoutAQuorum_SaysSoAtOnce_AndTheOtherGoesOn()
    {
        await using var cluster = await SplitCluster.Start(ConsistencyMode.Consistent);
        var origin = cluster.Origin;
        await cluster.Must(ReplyStatus.Done, 0, "a", origin.Store("1"));
        cluster.CutOff(Alone);

        foreach (var request in new[] { origin.Fetch(), origin.Store("2"), origin.Update("2"), origin.Delete(), origin.TestAndSet("1", "2") })
        {
            var began = Stopwatch.GetTimestamp();
            var reply = await cluster.Must(ReplyStatus.NoQuorum, Alone, "a", request);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(500), $"it took {Stopwatch.GetElapsedTime(began)}");
            Assert.Contains(cluster.Silos[0].Name, reply.Detail);
            Assert.Contains(cluster.Silos[1].Name, reply.Detail);
        }

        Assert.Equal(0, cluster.PendingOf(Alone).Count);
        await cluster.Must(ReplyStatus.Done, 0, "a", origin.Store("3"));
        Assert.Equal("3", Origin.Text(await cluster.Must(ReplyStatus.Done, 1, "a", origin.Fetch())));
    }

    [Theory]
    [InlineData(ConsistencyMode.Consistent)]
    [InlineData(ConsistencyMode.Available)]
    public async Task EventualFetch_IsAnsweredInEitherMode_AndStaleOnlyWhereSomethingMayBeMissing(ConsistencyMode mode)
    {
        await using var cluster = await SplitCluster.Start(mode);
        var origin = cluster.Origin;
        await cluster.Must(ReplyStatus.Done, 0, "a", origin.Store("1"));
        await Eventually.Seen("a copy on every silo", () => Enumerable.Range(0, 3).Count(silo => cluster.StateOf(silo, "a") is not null), copies => copies == 3);
        var fresh = await cluster.Must(ReplyStatus.Done, Alone, "a", origin.FetchEventually());
        Assert.Equal(("1", false, 1), (Origin.Text(fresh), fresh.Stale, fresh.Version));

        cluster.CutOff(Alone);
        await cluster.Must(ReplyStatus.Done, 0, "a", origin.Store("2"));
        var stale = await cluster.Must(ReplyStatus.Done, Alone, "a", origin.FetchEventually());
        Assert.Equal(("1", true, 1), (Origin.Text(stale), stale.Stale, stale.Version));
        Assert.True((await cluster.Must(ReplyStatus.NotFound, Alone, "nothing", origin.FetchEventually())).Stale);
    }

    [Fact]
    public async Task InAp_TheCutOffSilo_ReadsStaleAndWritesPending_AndBothSidesAgreeAfterTheHeal()
    {
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        await cluster.Must(ReplyStatus.Done, 0, "a", origin.Store("1"));
        await cluster.Must(ReplyStatus.Done, 0, "gone", origin.Store("1"));
        await Eventually.Seen("copies on every silo", () => cluster.StateOf(Alone, "a") is not null && cluster.StateOf(Alone, "gone") is not null, there => there);
        cluster.CutOff(Alone);

        var read = await cluster.Must(ReplyStatus.Done, Alone, "a", origin.Fetch());
        Assert.Equal(("1", true), (Origin.Text(read), read.Stale));
        await cluster.Must(ReplyStatus.NoQuorum, Alone, "a", origin.FetchStrongly());
        await cluster.Must(ReplyStatus.NoQuorum, Alone, "a", origin.TestAndSet("1", "2"));

        await cluster.Must(ReplyStatus.Accepted, Alone, "a", origin.Store("2"));
        await cluster.Must(ReplyStatus.Accepted, Alone, "new", origin.Store("3", ifAbsent: true));
        await cluster.Must(ReplyStatus.Accepted, Alone, "gone", origin.Delete());
        var pending = await cluster.Must(ReplyStatus.Done, Alone, "a", origin.Fetch());
        Assert.Equal(("2", true, 0), (Origin.Text(pending), pending.Stale, pending.Version));
        Assert.True((await cluster.Must(ReplyStatus.NotFound, Alone, "gone", origin.Fetch())).Stale);
        Assert.Equal("1", Origin.Text(await cluster.Must(ReplyStatus.Done, 0, "a", origin.Fetch())));

        await cluster.HealAndMerge();
        for (var silo = 0; silo < 3; silo++)
        {
            Assert.Equal(("2", 2), Shown(await cluster.Must(ReplyStatus.Done, silo, "a", origin.FetchStrongly())));
            Assert.Equal(("3", 1), Shown(await cluster.Must(ReplyStatus.Done, silo, "new", origin.FetchStrongly())));
            await cluster.Must(ReplyStatus.NotFound, silo, "gone", origin.FetchStrongly());
        }

        Assert.Equal((3, 0), (cluster.Sum(static counters => counters.Won), cluster.Sum(static counters => counters.Lost)));
    }

    [Fact]
    public async Task Conditions_AreJudgedByTheNewestReachableCopy_PendingWritesIncluded()
    {
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        await cluster.Must(ReplyStatus.Done, 0, "a", origin.Store("1"));
        await Eventually.Seen("a copy", () => cluster.StateOf(Alone, "a") is not null, there => there);
        cluster.CutOff(Alone);

        var failed = await cluster.Must(ReplyStatus.ConditionFailed, Alone, "a", origin.Store("2", ifAbsent: true));
        Assert.Equal((true, 1), (failed.Stale, failed.Version));
        await cluster.Must(ReplyStatus.ConditionFailed, Alone, "a", origin.Store("2", ifVersion: 7));
        Assert.True((await cluster.Must(ReplyStatus.NotFound, Alone, "b", origin.Update("2"))).Stale);
        await cluster.Must(ReplyStatus.NotFound, Alone, "b", origin.Delete());
        await cluster.Must(ReplyStatus.Accepted, Alone, "a", origin.Update("2", ifVersion: 1));

        // The value is there, but as it has no version yet none can be asked for.
        await cluster.Must(ReplyStatus.ConditionFailed, Alone, "a", origin.Store("3", ifVersion: 1));
        await cluster.Must(ReplyStatus.ConditionFailed, Alone, "a", origin.Store("3", ifVersion: 2));
        await cluster.Must(ReplyStatus.Accepted, Alone, "a", origin.Delete());
        await cluster.Must(ReplyStatus.NotFound, Alone, "a", origin.Delete());
        await cluster.Must(ReplyStatus.Accepted, Alone, "a", origin.Store("4", ifAbsent: true));
        Assert.Equal(1, cluster.PendingOf(Alone).Count);

        await cluster.HealAndMerge();
        Assert.Equal("4", Origin.Text(await cluster.Must(ReplyStatus.Done, 0, "a", origin.FetchStrongly())));
    }

    [Fact]
    public async Task Newest_WinsWhicheverSideItIsOn_AndTheOtherIsListed()
    {
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        await cluster.Must(ReplyStatus.Done, 0, "early", origin.Store("0"));
        await cluster.Must(ReplyStatus.Done, 0, "late", origin.Store("0"));
        await Eventually.Seen("copies", () => cluster.StateOf(Alone, "early") is not null && cluster.StateOf(Alone, "late") is not null, there => there);
        cluster.CutOff(Alone);

        await cluster.Must(ReplyStatus.Accepted, Alone, "early", origin.Store("\"alone\""));
        await Task.Delay(20);
        await cluster.Must(ReplyStatus.Done, 0, "early", origin.Store("\"many\""));
        await cluster.Must(ReplyStatus.Done, 0, "late", origin.Store("\"many\""));
        await Task.Delay(20);
        await cluster.Must(ReplyStatus.Accepted, Alone, "late", origin.Store("\"alone\""));
        await cluster.HealAndMerge();

        for (var silo = 0; silo < 3; silo++)
        {
            Assert.Equal("\"many\"", Origin.Text(await cluster.Must(ReplyStatus.Done, silo, "early", origin.FetchStrongly())));
            Assert.Equal("\"alone\"", Origin.Text(await cluster.Must(ReplyStatus.Done, silo, "late", origin.FetchStrongly())));
        }

        Assert.Equal((1, 1), (cluster.Sum(static counters => counters.Won), cluster.Sum(static counters => counters.Lost)));
        var page = await cluster.Conflicts(1).List(null, 100);
        Assert.Equal(["early", "late"], page.Entries.Select(static entry => entry.Key));
        var (early, late) = (page.Entries[0], page.Entries[1]);
        Assert.Equal(("\"alone\"", cluster.Silos[Alone].Name), Side(early.Lost));
        Assert.Equal(("\"many\"", ""), Side(early.Kept));
        Assert.Equal(("\"many\"", ""), Side(late.Lost));
        Assert.Equal(("\"alone\"", cluster.Silos[Alone].Name), Side(late.Kept));
        Assert.All(page.Entries, static entry => Assert.True(entry.Kept.Clock > entry.Lost.Clock));
    }

    private static (string Text, int Version) Shown(OperationReply reply) => (Origin.Text(reply), (int)reply.Version);

    private static (string Text, string Silo) Side(Interfaces.Availability.ConflictSide side) => (System.Text.Encoding.UTF8.GetString(side.Value!), side.Silo);
}
