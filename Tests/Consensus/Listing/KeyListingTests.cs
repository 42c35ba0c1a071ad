using System.Collections.Immutable;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Listing;

/// <summary>What follows from the pages of several nodes, case by case; <see cref="KeyListingModelTests"/> has the histories.</summary>
public sealed class KeyListingTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3, epoch: 5);
    private static readonly Key A = Key.From("a");
    private static readonly Key B = Key.From("b");
    private static readonly Key C = Key.From("c");
    private static readonly Ballot Low = Samples.Ballot(1, epoch: 5);
    private static readonly Ballot High = Samples.Ballot(2, epoch: 5);

    [Fact]
    public void Key_WhoseBallotAQuorumNames_IsWhatThatSays()
    {
        Assert.Equal(KeyVerdict.Exists, Judge(Value(Low), Value(Low), null));
        Assert.Equal(KeyVerdict.Exists, Judge(Value(High), Value(High), Gone(Low)));
        Assert.Equal(KeyVerdict.Absent, Judge(Gone(High), Value(Low), Gone(High)));
    }

    [Fact]
    public void DeleteThatOneNodeHasAccepted_MasksNothing() => Assert.Equal(KeyVerdict.Unclear, Judge(Gone(High), Value(Low), Value(Low)));

    [Fact]
    public void CreationThatOneNodeHasAccepted_IsNotListed() => Assert.Equal(KeyVerdict.Unclear, Judge(Value(High), null, null));

    [Fact]
    public void NodesThatAgreeByDifferentBallots_SettleNothing() => Assert.Equal(KeyVerdict.Unclear, Judge(Gone(Samples.Ballot(3, epoch: 5)), Gone(High), Gone(Low)));

    [Fact]
    public void ValueThatIsDue_IsToBeRead()
    {
        var due = Value(Low) with { Expiry = new HybridTimestamp(100) };
        Assert.Equal(KeyVerdict.Unclear, Judge(due, due, due, now: 100));
        Assert.Equal(KeyVerdict.Exists, Judge(due, due, due, now: 99));
    }

    [Fact]
    public void Quorums_AreNeededOfEverySlot()
    {
        var listing = new KeyListing(Map);
        Assert.False(listing.HasQuorums);
        listing.Add(Maps.Node("n0"), Page([]));
        Assert.False(listing.HasQuorums);
        listing.Add(Maps.Node("n0"), Page([]));
        Assert.False(listing.HasQuorums);
        listing.Add(Maps.Node("n2"), Page([]));
        Assert.True(listing.HasQuorums);
    }

    [Fact]
    public void Page_GoesAsFarAsTheShortestOne()
    {
        var listing = new KeyListing(Map);
        listing.Add(Maps.Node("n0"), Page([Value(Low) with { Key = A }, Value(Low) with { Key = B }], hasMore: true));
        listing.Add(Maps.Node("n1"), Page([Value(Low) with { Key = A }], hasMore: true));
        listing.Add(Maps.Node("n2"), Page([Value(Low) with { Key = A }, Value(Low) with { Key = C }]));

        Assert.Equal(A, listing.CoveredTo);
        Assert.Equal((A, KeyVerdict.Exists), Assert.Single(listing.Judge(default)));
    }

    [Fact]
    public void NodeThatIsNoReplicaOfTheKey_HasNoSay()
    {
        var wide = Maps.Stable(WriteQuorum.Majority, 5, epoch: 5);
        var stranger = wide.Newest.Nodes.First(node => wide[A].IndexOf(node) < 0);
        var listing = new KeyListing(wide);
        foreach (var node in wide.Newest.Nodes)
            listing.Add(node, Page(node == stranger ? [Value(High) with { Key = A }] : []));

        Assert.True(listing.HasQuorums);
        Assert.Empty(listing.Judge(default));
    }

    [Fact]
    public void DuringAMigration_OnlyBallotsOfItsOwnEpochCountAsCommitted()
    {
        var nodes = Enumerable.Range(0, 4).Select(i => Maps.Node($"n{i}")).ToArray();
        var map = new ClusterMap(
            new Epoch(6), ConsistencyMode.Consistent, [new Generation(nodes[..3], WriteQuorum.Majority), new Generation(nodes[1..], WriteQuorum.Majority)]);
        KeyVerdict Of(Ballot ballot)
        {
            var listing = new KeyListing(map);
            foreach (var node in nodes)
                listing.Add(node, Page([new KeyEntry(A, ballot, false, default)]));
            Assert.True(listing.HasQuorums);
            return Assert.Single(listing.Judge(default)).Verdict;
        }

        // Redelivery may have brought a state to them that was never committed.
        Assert.Equal(KeyVerdict.Unclear, Of(Samples.Ballot(9, epoch: 5)));
        Assert.Equal(KeyVerdict.Exists, Of(Samples.Ballot(1, epoch: 6)));
    }

    [Fact]
    public void DuringAMigration_EveryGenerationIsHeard()
    {
        var nodes = Enumerable.Range(0, 6).Select(i => Maps.Node($"n{i}")).ToArray();
        var map = new ClusterMap(
            new Epoch(6), ConsistencyMode.Consistent, [new Generation(nodes[..3], WriteQuorum.Majority), new Generation(nodes[3..], WriteQuorum.Majority)]);
        var listing = new KeyListing(map);
        foreach (var node in nodes[3..])
            listing.Add(node, Page([]));
        listing.Add(nodes[0], Page([new KeyEntry(A, Low, false, default)]));
        Assert.False(listing.HasQuorums);
        listing.Add(nodes[1], Page([new KeyEntry(A, Low, false, default)]));

        Assert.True(listing.HasQuorums);
        Assert.Equal((A, KeyVerdict.Unclear), Assert.Single(listing.Judge(default)));
    }

    [Fact]
    public void WithoutAQuorum_TheNewestBallotCounts()
    {
        var listing = new KeyListing(Map);
        listing.Add(Maps.Node("n0"), Page([Value(High)]));
        Assert.Equal((A, KeyVerdict.Exists), Assert.Single(listing.JudgeByNewest(default)));
    }

    private static KeyEntry Value(Ballot ballot) => new(A, ballot, IsTombstone: false, default);

    private static KeyEntry Gone(Ballot ballot) => new(A, ballot, IsTombstone: true, default);

    private static KeysReply Page(ImmutableArray<KeyEntry> entries, bool hasMore = false) => new(0, entries, hasMore);

    private static KeyVerdict Judge(KeyEntry? first, KeyEntry? second, KeyEntry? third, long now = 0)
    {
        var listing = new KeyListing(Map);
        var entries = new[] { first, second, third };
        for (var i = 0; i < entries.Length; i++)
            listing.Add(Maps.Node($"n{i}"), Page(entries[i] is { } entry ? [entry] : []));
        return Assert.Single(listing.Judge(new HybridTimestamp(now))).Verdict;
    }
}
