using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

public sealed class SlotRegistersTests
{
    private static readonly Key A = SlotKeys.All[0];
    private static readonly Key B = SlotKeys.All[1];
    private static readonly Epoch Now = SlotKeys.Map.Epoch;

    [Fact]
    public void Floor_StandsInForAbsentRegistersOnly()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1), next: Samples.Ballot(4)));
        slot.Handle(SlotKeys.Map, new FloorRequest(slot.Slot, Now, 1, new Floor(Samples.Ballot(50), 7, new HybridTimestamp(9))));

        // The present one keeps the lease that it promised; the absent one is promised at the floor.
        Assert.IsType<AcceptedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(4), Samples.State(2))).Reply);
        Assert.Equal(Samples.Ballot(50), Assert.IsType<RefusedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Accept(B, Samples.Ballot(49), Samples.State(2))).Reply).Promised);
        Assert.IsType<RefusedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Prepare(B, Samples.Ballot(50))).Reply);
        // Both are told of it.
        Assert.Equal(slot.Floor, Assert.IsType<PromisedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(9))).Reply).Floor);
        Assert.Equal(slot.Floor, Assert.IsType<PromisedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Prepare(B, Samples.Ballot(51))).Reply).Floor);
    }

    [Fact]
    public void Floor_NeverFalls_WhicheverPartIsHigher()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, new FloorRequest(slot.Slot, Now, 1, new Floor(Samples.Ballot(5), 1, new HybridTimestamp(9))));
        var step = slot.Handle(SlotKeys.Map, new FloorRequest(slot.Slot, Now, 1, new Floor(Samples.Ballot(4), 8, new HybridTimestamp(3))));
        Assert.True(step.FloorRaised);
        Assert.Equal(new Floor(Samples.Ballot(5), 8, new HybridTimestamp(9)), slot.Floor);
        Assert.False(slot.Handle(SlotKeys.Map, new FloorRequest(slot.Slot, Now, 1, slot.Floor)).Changed);
    }

    /// <summary>Once it has listed under an epoch, a slot takes nothing of an older one, and its shell cannot lead it back.</summary>
    [Fact]
    public void Listing_SealsOlderEpochs()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.At(6), new ListRequest(slot.Slot, new Epoch(6), 1, null, 10));
        Assert.IsType<StaleEpochReply>(slot.Handle(SlotKeys.At(6), SlotKeys.Accept(A, Samples.Ballot(99), Samples.State(1))).Reply);
        Assert.IsType<StaleSlotReply>(slot.Handle(SlotKeys.At(6), new ListRequest(slot.Slot, new Epoch(5), 1, null, 10)).Reply);
        Assert.Throws<InvariantViolationException>(() => slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(99), Samples.State(1))));
        Assert.Throws<InvariantViolationException>(() => slot.Handle(SlotKeys.Map, new ListRequest(slot.Slot, new Epoch(5), 1, null, 10)));
        Assert.Empty(slot.All);
    }

    [Fact]
    public void RestoredSlot_DoesNotGoBackEither()
    {
        var slot = new SlotRegisters(SlotKeys.Slot, SlotKeys.Self, known: new Epoch(6));
        Assert.Throws<InvariantViolationException>(() => slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(1))));
    }

    public static TheoryData<OneSlotRequest> RequestsOfAnEpoch(long epoch) => new(
        new ListRequest(SlotKeys.Slot, new Epoch(epoch), 4, null, 10),
        new FloorRequest(SlotKeys.Slot, new Epoch(epoch), 4, new Floor(Samples.Ballot(9), 9, new HybridTimestamp(9))),
        new HoldsRequest(SlotKeys.Slot, new Epoch(epoch), 4, new Floor(Samples.Ballot(9), 9, new HybridTimestamp(9)), [new KeyAtBallot(A, Samples.Ballot(1))]),
        new PurgeRequest(SlotKeys.Slot, new Epoch(epoch), 4, [new KeyAtBallot(A, Samples.Ballot(1))]),
        new RepairRequest(SlotKeys.Slot, new Epoch(epoch), 4, A, Samples.Ballot(1), Samples.State(9)));

    [Theory]
    [MemberData(nameof(RequestsOfAnEpoch), 4L)]
    [MemberData(nameof(RequestsOfAnEpoch), 6L)]
    public void AnotherEpoch_ChangesNothing(OneSlotRequest request)
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(1), SlotKeys.Tombstone(1)));
        var digest = slot.Digest;
        var step = slot.Handle(SlotKeys.Map, request);
        Assert.Equal(request.Epoch > Now, step.NeedsNewerMap);
        if (request.Epoch < Now)
        {
            Assert.Equal(4, step.Reply!.Round);
            Assert.Same(SlotKeys.Map, Assert.IsType<StaleSlotReply>(step.Reply).Map);
        }

        Assert.False(step.Changed);
        Assert.Equal((1, digest, default), (slot.Count, slot.Digest, slot.Floor));
    }

    [Fact]
    public void RequestOfAnotherSlot_IsABug() =>
        Assert.Throws<ArgumentException>(() => SlotKeys.New().Handle(SlotKeys.Map, new ListRequest(new Slot(8), Now, 1, null, 10)));

    /// <summary>Pages are cut while keys come; what was there from the start is listed once, in order.</summary>
    [Fact]
    public void Listing_HasEveryKeyThatIsThereAllTheWhile_Once()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var slot = SlotKeys.New();
            var present = SlotKeys.All.Where(_ => random.Next(2) == 0).ToArray();
            foreach (var key in present)
                slot.Handle(SlotKeys.Map, random.Next(5) == 0 ? SlotKeys.Prepare(key, Samples.Ballot(1)) : SlotKeys.Accept(key, Samples.Ballot(1), Samples.State(1)));
            var listed = new List<Key>();
            Key? after = null;
            do
            {
                var page = (ListedReply)slot.Handle(SlotKeys.Map, new ListRequest(slot.Slot, Now, 1, after, 1 + random.Next(9))).Reply!;
                listed.AddRange(page.Registers.Select(static register => register.Key));
                after = page.Next;
                slot.Handle(SlotKeys.Map, SlotKeys.Accept(SlotKeys.All[random.Next(SlotKeys.All.Length)], Samples.Ballot(2), Samples.State(2)));
            }
            while (after is not null);

            Assert.Equal(listed.Order(SlotOrder.Instance), listed);
            Assert.Equal(listed.Count, listed.Distinct().Count());
            Assert.Empty(present.Except(listed));
        }
    }

    [Fact]
    public void Listing_TellsWhatARegisterIs()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), SlotKeys.Tombstone(1), next: Samples.Ballot(4)));
        slot.Handle(SlotKeys.Map, SlotKeys.Prepare(B, Samples.Ballot(7)));
        var listed = ((ListedReply)slot.Handle(SlotKeys.Map, new ListRequest(slot.Slot, Now, 1, null, 10)).Reply!).Registers;
        Assert.Contains(new ListedRegister(A, Samples.Ballot(4), Samples.Ballot(3), SlotKeys.Tombstone(1).Hash, true, false), listed);
        Assert.Contains(new ListedRegister(B, Samples.Ballot(7), default, 0, false, false), listed);
    }

    [Fact]
    public void FullStore_TakesWhatNeedsNoRoom_AndLeavesTheRestUnanswered()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(1), Samples.State(1, "12345")));
        var (digest, bytes) = (slot.Digest, slot.Bytes);

        Assert.Equal(Silence.NoRoom, slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(2), Samples.State(2, "123456")), mayGrow: false).Silence);
        Assert.Equal(Silence.NoRoom, slot.Handle(SlotKeys.Map, SlotKeys.Prepare(B, Samples.Ballot(2)), mayGrow: false).Silence);
        Assert.Equal((digest, bytes, 1), (slot.Digest, slot.Bytes, slot.Count));

        Assert.IsType<PromisedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(2)), mayGrow: false).Reply);
        Assert.IsType<AcceptedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(2), SlotKeys.Tombstone(2)), mayGrow: false).Reply);
        Assert.IsType<ReadReply>(slot.Handle(SlotKeys.Map, new ReadRequest(B, Now, 1, default), mayGrow: false).Reply);
        Assert.Equal(bytes - 5, slot.Bytes);
    }

    [Fact]
    public void NodeWithoutASay_TakesNothingIn_AndDropsWhatItHeld_OnceTheMapIsStable()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1), next: Samples.Ballot(4)));
        slot.Handle(SlotKeys.Map, new FloorRequest(slot.Slot, Now, 1, new Floor(Samples.Ballot(2), 3, new HybridTimestamp(9))));
        var others = new Generation([Maps.Node("x"), Maps.Node("y"), Maps.Node("z")]);
        var moving = new ClusterMap(new Epoch(6), ConsistencyMode.Consistent, [SlotKeys.Map.Newest, others]);
        Assert.False(slot.Follow(moving));
        Assert.Single(((ListedReply)slot.Handle(moving, new ListRequest(slot.Slot, moving.Epoch, 1, null, 10)).Reply!).Registers);

        var moved = new ClusterMap(new Epoch(7), ConsistencyMode.Consistent, [others]);
        var step = slot.Handle(moved, new AcceptRequest(B, moved.Epoch, 1, Samples.Ballot(9), Samples.State(1), Samples.Ballot(9)));
        Assert.Equal((Silence.NotReplica, true), (step.Silence, step.Vacated));
        Assert.Equal((0, 0, 0UL, 0L, Floor.None), (slot.Count, slot.Keys, slot.Digest, slot.Bytes, slot.Floor));
        Assert.False(slot.Handle(moved, new AcceptRequest(B, moved.Epoch, 1, Samples.Ballot(9), Samples.State(1), Samples.Ballot(9))).Vacated);
    }

    [Fact]
    public void FlippedByte_IsHandedToNobody_AndShowsInTheDigest()
    {
        var (slot, twin) = (SlotKeys.New(), SlotKeys.New());
        twin.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "value")));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "value")));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(B, Samples.Ballot(3), Samples.State(1, "other")));
        twin.Handle(SlotKeys.Map, SlotKeys.Accept(B, Samples.Ballot(3), Samples.State(1, "other")));
        Assert.Equal(twin.Digest, slot.Digest);
        Flip(slot, A);

        Assert.Equal(Silence.Corrupt, slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(9))).Silence);
        Assert.Equal(Silence.Corrupt, slot.Handle(SlotKeys.Map, new ReadRequest(A, Now, 1, default)).Silence);
        Assert.False(slot.TryGet(A, out _));
        Assert.NotEqual(twin.Digest, slot.Digest);
        Assert.Equal([A], slot.CorruptKeys);
        var listed = ((ListedReply)slot.Handle(SlotKeys.Map, new ListRequest(slot.Slot, Now, 1, null, 10)).Reply!).Registers;
        Assert.True(listed.Single(static register => register.Key == A).IsCorrupt);
        // Others are not affected.
        Assert.IsType<ReadReply>(slot.Handle(SlotKeys.Map, new ReadRequest(B, Now, 1, default)).Reply);
    }

    public static TheoryData<string> Cures => new("repair", "redelivery", "a newer accept");

    [Theory]
    [MemberData(nameof(Cures))]
    public void FlippedByte_IsCuredBy(string cure)
    {
        var (slot, twin) = (SlotKeys.New(), SlotKeys.New());
        var accept = SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "value"));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "value")));
        twin.Handle(SlotKeys.Map, accept);
        Flip(slot, A);
        var newer = SlotKeys.Accept(A, Samples.Ballot(4), Samples.State(2, "newer"));
        switch (cure)
        {
            case "repair":
                var step = slot.Handle(SlotKeys.Map, new RepairRequest(slot.Slot, Now, 1, A, Samples.Ballot(3), accept.State));
                Assert.True(Assert.IsType<RepairedReply>(step.Reply).Repaired);
                Assert.Equal((A, slot.All[A]), (step.Replaced, step.Register));
                break;
            case "redelivery":
                var again = slot.Handle(SlotKeys.Map, accept);
                Assert.IsType<AcceptedReply>(again.Reply);
                Assert.True(again.Changed);
                break;
            default:
                slot.Handle(SlotKeys.Map, newer);
                twin.Handle(SlotKeys.Map, newer);
                break;
        }

        Assert.Equal(twin.Digest, slot.Digest);
        Assert.Empty(slot.CorruptKeys);
        Assert.Equal(twin.All[A], slot.All[A]);
        Assert.IsType<PromisedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(9))).Reply);
    }

    /// <summary>A flipped bit is bad luck; two states under one ballot are a broken protocol, and stop the node.</summary>
    [Fact]
    public void TwoStatesUnderOneBallot_StopASoundNode_AndAreNotBelievedByACorruptOne()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "value")));
        var other = SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "wrong"));
        Assert.Throws<InvariantViolationException>(() => slot.Handle(SlotKeys.Map, other));
        Flip(slot, A);
        Assert.Equal(Silence.Corrupt, slot.Handle(SlotKeys.Map, other).Silence);
    }

    [Fact]
    public void Repair_LeavesWhatMovedOn_AndWhatIsWell()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1, "value")));
        foreach (var (ballot, state) in ((long, RegisterState)[])[(2, Samples.State(1, "older")), (4, Samples.State(1, "newer")), (3, Samples.State(1, "value"))])
        {
            var step = slot.Handle(SlotKeys.Map, new RepairRequest(slot.Slot, Now, 1, A, Samples.Ballot(ballot), state));
            Assert.False(Assert.IsType<RepairedReply>(step.Reply).Repaired);
            Assert.False(step.Changed);
        }

        Assert.Equal(Samples.State(1, "value"), slot.All[A].State);
    }

    [Fact]
    public void Scrub_FindsWhatNobodyAskedFor_InBoundedSteps()
    {
        var slot = SlotKeys.New();
        foreach (var key in SlotKeys.All)
            slot.Handle(SlotKeys.Map, SlotKeys.Accept(key, Samples.Ballot(1), Samples.State(1, new string('v', SlotScrub.StepBytes / 10))));
        Flip(slot, SlotKeys.All[40]);
        Flip(slot, SlotKeys.All[70]);
        var scrub = new SlotScrub(slot);
        var found = new List<Key>();
        var steps = 0;
        for (; !scrub.IsDone; steps++)
            scrub.Step(found);
        Assert.Equal(SlotKeys.All.Length / 10, steps);
        Assert.Equal([SlotKeys.All[40], SlotKeys.All[70]], found);
        Assert.Equal(found.Order(), slot.CorruptKeys.Order());
    }

    /// <summary>What a log has written down of a slot, put in place again, is the same slot.</summary>
    [Fact]
    public void RestoredSlot_IsTheSameSlot()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Samples.State(1)));
        slot.Handle(SlotKeys.Map, SlotKeys.Prepare(B, Samples.Ballot(7)));
        slot.Handle(SlotKeys.Map, new FloorRequest(slot.Slot, Now, 1, new Floor(Samples.Ballot(5), 6, new HybridTimestamp(7))));
        var restored = SlotKeys.New();
        restored.Restore(slot.Floor);
        restored.Restore(SlotKeys.All[2], new Register(Samples.Ballot(1), Samples.Ballot(1), Samples.State(1)));
        restored.Restore(SlotKeys.All[2], Register.Absent);
        foreach (var (key, register) in slot.All)
            restored.Restore(key, register);
        Assert.Equal((slot.Floor, slot.Digest, slot.Bytes, slot.Keys, slot.Promises), (restored.Floor, restored.Digest, restored.Bytes, restored.Keys, restored.Promises));
        Assert.Equal(slot.All.OrderBy(static pair => pair.Key), restored.All.OrderBy(static pair => pair.Key));
    }

    [Fact]
    public void KeysWithConflicts_FollowTheRegisters_WhateverPutsThemThere()
    {
        var conflicted = SlotKeys.Conflicted(2);
        var slot = SlotKeys.New();
        slot.Restore(A, new Register(Samples.Ballot(1), Samples.Ballot(1), conflicted));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(B, Samples.Ballot(2), conflicted));
        Assert.Equal(new[] { A, B }.Order(), slot.KeysWithConflicts.Order());
        // Resolved, and written under the next ballot.
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(B, Samples.Ballot(3), Samples.State(3)));
        Assert.Equal([A], slot.KeysWithConflicts);
        slot.Restore(A, Register.Absent);
        Assert.Equal(0, slot.ConflictedKeys);

        slot.Handle(SlotKeys.Map, SlotKeys.Accept(B, Samples.Ballot(4), conflicted));
        var away = new ClusterMap(new Epoch(9), ConsistencyMode.Consistent, [new Generation([Maps.Node("x"), Maps.Node("y"), Maps.Node("z")])]);
        Assert.True(slot.Follow(away));
        Assert.Empty(slot.KeysWithConflicts);
    }

    [Fact]
    public void Digest_IsFreeOfOrder_AndTellsKeysBallotsAndStatesApart()
    {
        ulong Of(params (Key Key, long Ballot, string Value)[] accepts)
        {
            var slot = SlotKeys.New();
            foreach (var (key, ballot, value) in accepts)
                slot.Handle(SlotKeys.Map, SlotKeys.Accept(key, Samples.Ballot(ballot), Samples.State(1, value)));
            return slot.Digest;
        }

        Assert.Equal(0UL, Of());
        Assert.Equal(Of((A, 1, "a"), (B, 2, "b")), Of((B, 1, "x"), (B, 2, "b"), (A, 1, "a")));
        ulong[] digests = [Of((A, 1, "a"), (B, 2, "b")), Of((A, 2, "a"), (B, 2, "b")), Of((A, 1, "b"), (B, 2, "b")), Of((A, 1, "a")), Of((A, 1, "b"), (B, 2, "a")), Of((B, 1, "a"))];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    /// <summary>Nodes of different builds compare these numbers: a change of how they are made shows as a difference in every slot.</summary>
    [Fact]
    public void Digest_IsFixed()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3, 4), Samples.State(1)));
        Assert.Equal("DFA4F277BAB804FB", slot.Digest.ToString("X16", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void DigestRequest_NamesTheSlotsThatDiffer_UnderItsEpochOnly()
    {
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(1), Samples.State(1)));
        DigestRequest Ask(long epoch) => new(new Epoch(epoch), 3, [new SlotDigest(new Slot(1), 0), new SlotDigest(slot.Slot, 0), new SlotDigest(new Slot(9), 5)]);
        ulong DigestOf(Slot asked) => asked == slot.Slot ? slot.Digest : asked.Index == 9 ? 5UL : 0;

        Assert.Equal(slot.Slot, Assert.Single(Assert.IsType<DigestReply>(Ask(5).Answer(SlotKeys.Map, DigestOf)).Differing));
        Assert.IsType<StaleSlotReply>(Ask(4).Answer(SlotKeys.Map, DigestOf));
        Assert.Null(Ask(6).Answer(SlotKeys.Map, DigestOf));
        Assert.Throws<ArgumentException>(() => new DigestRequest(Now, 1, [new SlotDigest(new Slot(2), 0), new SlotDigest(new Slot(1), 0)]));
    }

    private static void Flip(SlotRegisters slot, Key key)
    {
        Assert.True(MemoryMarshal.TryGetArray(slot.All[key].State!.Value, out var bytes));
        bytes.Array![bytes.Offset] ^= 4;
    }
}
