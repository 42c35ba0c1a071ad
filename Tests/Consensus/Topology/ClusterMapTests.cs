using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Topology;

public sealed class ClusterMapTests
{
    private static IEnumerable<Slot> Slots => Enumerable.Range(0, Slot.Count).Select(static i => new Slot((ushort)i));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(9, 3)]
    public void ReplicaSet_HasThreeNodes_OrAllWhereThereAreFewer(int nodes, int expected)
    {
        var map = Maps.Stable(WriteQuorum.Majority, nodes);
        Assert.All(Slots, slot =>
        {
            Assert.Equal(expected, map[slot].ReplicaCount);
            Assert.Equal(expected, map[slot].Nodes.Distinct().Count());
        });
    }

    [Fact]
    public void AddingANode_MovesOnlyWhatItGains()
    {
        var before = Maps.Stable(WriteQuorum.Majority, 8);
        var after = Maps.Stable(WriteQuorum.Majority, 9);
        var added = after.Newest.Nodes.Except(before.Newest.Nodes).Single();
        var gained = 0;
        foreach (var slot in Slots)
        {
            var (old, now) = (before[slot].Nodes, after[slot].Nodes);
            Assert.All(now.Except(old), node => Assert.Equal(added, node));
            gained += now.Contains(added) ? 1 : 0;
        }

        // A ninth of all replicas, give or take.
        Assert.InRange(gained, Slot.Count * 3 / 9 * 3 / 4, Slot.Count * 3 / 9 * 5 / 4);
    }

    [Fact]
    public void Slots_SpreadEvenly_FirstPlacesToo()
    {
        var map = Maps.Stable(WriteQuorum.Majority, 8);
        foreach (var node in map.Newest.Nodes)
        {
            Assert.InRange(Slots.Count(slot => map[slot].Replicas.Contains(node)), 300, 470);
            Assert.InRange(Slots.Count(slot => map[slot].Nodes[0] == node), 90, 170);
        }
    }

    [Fact]
    public void SameNameWithAnotherStore_IsAnotherNode_InTheSamePlaces()
    {
        var one = new Generation([Maps.Node("a"), Maps.Node("b"), Maps.Node("c"), Maps.Node("d")]);
        var other = new Generation([Maps.Node("a", store: 1), Maps.Node("b"), Maps.Node("c"), Maps.Node("d")]);
        Assert.NotEqual(Maps.Node("a"), Maps.Node("a", store: 1));
        Assert.All(Slots, slot => Assert.Equal(
            one.ReplicaSet(slot).Select(static node => node.Name),
            other.ReplicaSet(slot).Select(static node => node.Name)));
    }

    /// <summary>Where data lives must be the same for every node and build: fixed examples.</summary>
    [Fact]
    public void Placement_IsFixedForEver()
    {
        var generation = new Generation(Enumerable.Range(1, 5).Select(static i => Maps.Node("silo-" + i.ToString(CultureInfo.InvariantCulture))));
        var examples = Enumerable.Range(0, Golden.Length).Select(i => string.Join(' ', generation.ReplicaSet(new Slot((ushort)i)).Select(static node => node.Name[5..])));
        Assert.Equal(Golden, examples);
    }

    private static readonly string[] Golden = ["2 3 1", "5 4 1", "5 4 2", "5 4 3"];

    [Fact]
    public void Migration_PreparesEverywhere_AcceptsInTheNewest()
    {
        NodeId[] old = [Maps.Node("a"), Maps.Node("b"), Maps.Node("c")], young = [Maps.Node("b"), Maps.Node("c"), Maps.Node("d")];
        var map = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [new Generation(old, WriteQuorum.Majority), new Generation(young, WriteQuorum.All)]);
        var placement = map[new Slot(0)];
        Assert.False(map.IsStable);
        Assert.Equal(old.Union(young).Order(), placement.Nodes.Order());
        Assert.Equal(young.Order(), placement.Replicas.ToArray().Order());
        Assert.Equal(3, placement.AcceptQuorum.Needed);
        Assert.Equal([3, 2], placement.PrepareQuorums.Select(static quorum => quorum.Needed));
        Assert.Equal(old.Select(placement.IndexOf).Order(), Bits(placement.PrepareQuorums[1].Members));
    }

    /// <summary>
    /// Each generation keeps the write quorum its states were committed under: after a change to "all", r = 1 would overlook what a majority of the
    /// older generation committed.
    /// </summary>
    [Fact]
    public void ChangeOfWriteQuorum_StillLooksForMajorityCommits()
    {
        NodeId[] nodes = [Maps.Node("a"), Maps.Node("b"), Maps.Node("c")];
        var map = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [new Generation(nodes, WriteQuorum.Majority), new Generation(nodes, WriteQuorum.All)]);
        Assert.Equal(2, map[new Slot(0)].OlderQuorums[0].Needed);
        // Which any three of the three are.
        Assert.Equal(3, Assert.Single(map[new Slot(0)].PrepareQuorums).Needed);
        Assert.Equal(WriteQuorum.All, map.WriteQuorum);
    }

    /// <summary>Who is left of an older generation: r of them, or all where fewer are; nobody is asked where none is.</summary>
    [Theory]
    [InlineData(WriteQuorum.Majority, "", 2)]
    [InlineData(WriteQuorum.Majority, "a", 2)]
    [InlineData(WriteQuorum.Majority, "a b", 1)]
    [InlineData(WriteQuorum.Majority, "a b c", 0)]
    [InlineData(WriteQuorum.All, "a b", 1)]
    [InlineData(WriteQuorum.All, "a b c", 0)]
    public void LostNodes_AreNotAsked_NorWaitedFor(WriteQuorum writeQuorum, string lost, int needed)
    {
        var old = new Generation([Maps.Node("a"), Maps.Node("b"), Maps.Node("c")], writeQuorum);
        var gone = lost.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static name => Maps.Node(name)).ToList();
        var map = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [old.WithLost(gone), new Generation([Maps.Node("d")])]);
        var placement = map[new Slot(5)];
        Assert.Equal(old.Nodes.Except(gone).Append(Maps.Node("d")).Order(), placement.Nodes.Order());
        var quorum = Assert.Single(placement.OlderQuorums);
        Assert.Equal(needed, quorum.Needed);
        Assert.Equal(3 - gone.Count, quorum.Size);
        Assert.Equal(needed == 0 ? Tally.Won : Tally.Pending, quorum.Count(0, 0));
        Assert.Equal(needed == 0, placement.IsStable);
        Assert.All(old.Nodes, node => Assert.Equal(!gone.Contains(node), map.Contains(node)));
    }

    /// <summary>What a change does not touch stays as it was: one round trip per read, and nobody asked who was not asked before.</summary>
    [Fact]
    public void SlotThatKeepsItsNodes_IsStable_UnderAnUnstableMap()
    {
        var before = Maps.Stable(WriteQuorum.Majority, 5);
        var map = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [before.Newest, Maps.Stable(WriteQuorum.Majority, 6).Newest]);
        foreach (var slot in Slots)
        {
            Assert.Equal(!SlotMigration.IsNeeded(map, slot), map[slot].IsStable);
            Assert.Single(map[slot].OlderQuorums);
            if (map[slot].IsStable)
                Assert.Equal(before[slot].Nodes.AsEnumerable(), map[slot].Nodes);
        }

        Assert.Contains(Slots, slot => map[slot].IsStable);
        Assert.Contains(Slots, slot => !map[slot].IsStable);
    }

    /// <summary>There and back again: the generation between is asked for itself, and all three are sealed.</summary>
    [Fact]
    public void GenerationBetweenTwoEqualOnes_IsNotImplied()
    {
        NodeId[] few = [Maps.Node("a"), Maps.Node("b"), Maps.Node("c")], others = [Maps.Node("a"), Maps.Node("b"), Maps.Node("d")];
        var placement = new ClusterMap(new Epoch(3), ConsistencyMode.Consistent, [new Generation(few), new Generation(others), new Generation(few)])[new Slot(0)];
        Assert.Equal(2, placement.PrepareQuorums.Length);
        Assert.Equal(2, placement.OlderQuorums.Length);
        Assert.Equal(placement.AcceptQuorum.Members, placement.OlderQuorums[1].Members);
    }

    [Fact]
    public void WithLost_AddsToThoseThatWereLostBefore_AndKnowsNoStrangers()
    {
        var generation = new Generation([Maps.Node("a"), Maps.Node("b"), Maps.Node("c")]).WithLost([Maps.Node("c")]).WithLost([Maps.Node("a"), Maps.Node("x"), Maps.Node("b", store: 1)]);
        Assert.Equal([Maps.Node("a"), Maps.Node("c")], generation.Lost.AsEnumerable());
        Assert.NotEqual(new Generation(generation.Nodes), generation);
    }

    [Fact]
    public void BadMaps_AreRefused()
    {
        var generation = new Generation([Maps.Node("a")]);
        Assert.Throws<ArgumentException>(() => new Generation([]));
        Assert.Throws<ArgumentException>(() => new Generation([Maps.Node("a"), Maps.Node("a", store: 1)]));
        Assert.Throws<ArgumentException>(() => new Generation([new NodeId(new string('x', 256), default)]));
        Assert.Throws<ArgumentException>(() => new ClusterMap(Epoch.None, ConsistencyMode.Consistent, [generation]));
        Assert.Throws<ArgumentException>(() => new ClusterMap(new Epoch(1), ConsistencyMode.Consistent, []));
        Assert.Throws<ArgumentException>(() => new ClusterMap(new Epoch(1), ConsistencyMode.Consistent, Enumerable.Repeat(generation, ClusterMap.MaxGenerations + 1)));
        Assert.Throws<ArgumentException>(() => new ClusterMap(new Epoch(1), 0, [generation]));
        Assert.Throws<ArgumentException>(() => new Generation([Maps.Node("a")], lost: [Maps.Node("b")]));
        Assert.Throws<ArgumentException>(() => new ClusterMap(new Epoch(1), ConsistencyMode.Consistent, [generation.WithLost([Maps.Node("a")])]));
    }

    private static IEnumerable<int> Bits(ulong members) => Enumerable.Range(0, 64).Where(bit => (members >> bit & 1) == 1);
}
