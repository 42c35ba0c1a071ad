using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Topology;

/// <summary>How evenly replica sets spread, and how little moves when the nodes change, with names as silos have them.</summary>
public sealed class RebalancingTests
{
    private static readonly Slot[] Slots = [.. Enumerable.Range(0, Slot.Count).Select(static i => new Slot((ushort)i))];

    /// <summary>
    /// Rendezvous hashing is random, so shares scatter: with n nodes a node's share of 1,024 slots has a standard deviation of about sqrt(1024 · p · (1 − p)), p = 3/n. The bound is
    /// four of them: what a fair hash exceeds once in 16,000 nodes, and a skewed one at once.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public void Replicas_SpreadEvenly_WithinFourDeviations(int count)
    {
        var generation = Silos(count);
        var share = 3.0 / count;
        var bound = 4 * Math.Sqrt(Slot.Count * share * (1 - share));
        foreach (var node in generation.Nodes)
        {
            var held = Slots.Count(slot => generation.ReplicaSet(slot).Contains(node));
            Assert.True(Math.Abs(held - (Slot.Count * share)) <= bound, $"{node} holds {held} slots, where {Slot.Count * share:f0} ± {bound:f0} are its share");
        }
    }

    /// <summary>Each of 3 × 1,024 replicas moves with probability 1/4; the new node takes them, and nothing moves among the others.</summary>
    [Fact]
    public void FourthNode_TakesAboutAQuarterOfTheReplicas_AndNothingElseMoves()
    {
        Generation before = Silos(3), after = Silos(4);
        var moved = 0;
        foreach (var slot in Slots)
        {
            var gained = after.ReplicaSet(slot).Except(before.ReplicaSet(slot)).ToList();
            Assert.All(gained, static node => Assert.Equal("silo-4", node.Name));
            moved += gained.Count;
        }

        var quarter = Slot.Count * 3 / 4;
        Assert.InRange(moved, quarter * 92 / 100, quarter * 108 / 100);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public void NodeThatLeaves_GivesAwayOnlyItsOwn(int count)
    {
        Generation before = Silos(count), after = Silos(count - 1);
        foreach (var slot in Slots)
        {
            var (old, now) = (before.ReplicaSet(slot), after.ReplicaSet(slot));
            Assert.Equal(old.Any(node => node.Name == $"silo-{count}") ? 1 : 0, now.Except(old).Count());
        }
    }

    /// <summary>Only the slots that change need a migration: with many nodes that is most of what a change costs.</summary>
    [Fact]
    public void TwelfthNode_CausesAQuarterOfTheSlotsToMigrate()
    {
        var map = new ClusterMap(new Epoch(2), ConsistencyMode.Consistent, [Silos(11), Silos(12)]);
        Assert.InRange(Slots.Count(slot => SlotMigration.IsNeeded(map, slot)), Slot.Count / 5, Slot.Count * 3 / 10);
    }

    private static Generation Silos(int count) =>
        new(Enumerable.Range(1, count).Select(static i => Maps.Node("silo-" + i.ToString(CultureInfo.InvariantCulture))));
}
