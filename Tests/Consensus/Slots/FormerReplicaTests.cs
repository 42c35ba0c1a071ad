using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

/// <summary>
/// A slot leaves node c for node d and comes back, while c sleeps. In between, a key of which c holds an old value is deleted. Why a purge asks every node of the map, and
/// what would happen if it asked the replicas only.
/// </summary>
public sealed class FormerReplicaTests
{
    private static readonly Key Key = SlotKeys.All[0];
    private static readonly NodeId A = Maps.Node("a"), B = Maps.Node("b"), C = Maps.Node("c"), D = Maps.Node("d");
    private static readonly Generation WithC = new([A, B, C]), WithD = new([A, B, D]);
    private readonly Dictionary<NodeId, SlotRegisters> _slots = new[] { A, B, C, D }.ToDictionary(static node => node, static node => new SlotRegisters(SlotKeys.Slot, node));

    [Fact]
    public void FormerReplica_IsEmpty_OnceItHasTheMap_AndOnlyThenThePurgeGoesOn()
    {
        var moved = DeleteWhileTheSlotIsAway();
        var candidates = _slots[A].FindPurgeable(new HybridTimestamp(100), 10);
        Assert.Single(candidates.Keys);
        // It sleeps under the first map: whatever it says there counts for nothing.
        var question = new DigestRequest(moved.Epoch, 1, [new SlotDigest(SlotKeys.Slot, 0)]);
        Assert.Null(question.Answer(Map(1, WithC), _ => _slots[C].Digest));

        Assert.True(_slots[C].Follow(moved));
        Assert.Empty(Assert.IsType<DigestReply>(question.Answer(moved, _ => _slots[C].Digest)).Differing);
        Purge(moved, candidates);

        var (accepted, floor) = Find(Returned(), B, C);
        Assert.Null(accepted);
        Assert.True(floor.Ballot >= Samples.Ballot(9));
    }

    /// <summary>Not a wish but a proof that the rule is needed: a quorum of the next map finds the deleted value.</summary>
    [Fact]
    public void PurgeThatAskedTheReplicasOnly_WouldBringTheValueBack()
    {
        var moved = DeleteWhileTheSlotIsAway();
        Purge(moved, _slots[A].FindPurgeable(new HybridTimestamp(100), 10));
        Assert.False(Find(Returned(), B, C).Accepted!.IsTombstone);
    }

    private ClusterMap DeleteWhileTheSlotIsAway()
    {
        foreach (var node in new[] { A, B, C })
            _slots[node].Handle(Map(1, WithC), Accept(1, Samples.Ballot(1), Samples.State(1)));
        var moved = Map(3, WithD);
        foreach (var node in new[] { A, B, D })
            _slots[node].Handle(moved, Accept(3, Samples.Ballot(9, epoch: 3), SlotKeys.Tombstone(2, 50)));
        return moved;
    }

    /// <summary>The slot goes back to c, whose listing nobody needs: it is no node of an older generation.</summary>
    private static ClusterMap Returned() => Map(5, WithC);

    private void Purge(ClusterMap map, PurgeCandidates candidates)
    {
        foreach (var node in map.Newest.Nodes)
            Assert.All(((HoldsReply)_slots[node].Handle(map, candidates.ToHolds(map.Epoch, 1)).Reply!).Held, Assert.True);
        foreach (var node in map.Newest.Nodes)
            Assert.Equal(1, ((PurgedReply)_slots[node].Handle(map, candidates.ToPurge(map.Epoch, 1, candidates.Keys)).Reply!).Count);
    }

    private (RegisterState? Accepted, Floor Floor) Find(ClusterMap map, params NodeId[] quorum)
    {
        var promises = quorum.Select(node => (PromisedReply)_slots[node].Handle(map, new PrepareRequest(Key, map.Epoch, 1, Samples.Ballot(20, epoch: map.Epoch.Number))).Reply!).ToArray();
        return (promises.MaxBy(static promise => promise.Accepted)!.State, promises.Select(static promise => promise.Floor).Aggregate(static (x, y) => Floor.Above(x, y)));
    }

    private static ClusterMap Map(long epoch, Generation generation) => new(new Epoch(epoch), ConsistencyMode.Consistent, [generation]);

    private static AcceptRequest Accept(long epoch, Ballot ballot, RegisterState state) => new(Key, new Epoch(epoch), 1, ballot, state, ballot);
}
