using System.Collections.Immutable;
using System.Reflection;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

public sealed class PurgeTests
{
    private const int Replicas = 3;
    private const int Schedules = 3_000;
    private static readonly Key A = SlotKeys.All[0];
    private static readonly Key B = SlotKeys.All[1];
    private static readonly Epoch Now = SlotKeys.Map.Epoch;

    /// <summary>
    /// Proposals of one key reach some replicas now, some later, some twice; at some time it is a tombstone everywhere and is purged; then all that is still on its way comes
    /// in. Nothing older than the tombstone is accepted, and no promise that was given is forgotten.
    /// </summary>
    [Fact]
    public void LateMessages_AfterAPurge_BringNothingBack()
    {
        for (var seed = 0; seed < Schedules; seed++)
            Assert.Null(Schedule(seed, Faults.None));
    }

    [Theory]
    [InlineData(nameof(Faults.PurgeWithoutFloor))]
    [InlineData(nameof(Faults.PurgeFloorAtTombstoneBallot))]
    public void BrokenFloors_AreFoundOut(string fault)
    {
        var violations = Enumerable.Range(0, Schedules).Select(seed => Schedule(seed, Enum.Parse<Faults>(fault))).OfType<string>().ToArray();
        Assert.NotEmpty(violations);
    }

    [Fact]
    public void Floor_LiesAboveAllThatTheTombstoneRemembers()
    {
        var memory = new OperationMemory(
            [new RememberedOutcome(new OperationId(new OriginId(0, 1), 1), new HybridTimestamp(70), OutcomeCode.Deleted, 4)],
            [new OriginMark(new OriginId(0, 1), 1, new HybridTimestamp(90))]);
        Assert.Equal(new Floor(Samples.Ballot(8), 5, new HybridTimestamp(91)), Purged(SlotKeys.Tombstone(5, 60, memory)).Floor);
        Assert.Equal(new Floor(Samples.Ballot(8), 5, new HybridTimestamp(96)), Purged(SlotKeys.Tombstone(5, 95, memory)).Floor);
        // The mutations are what their names say.
        Assert.Equal(new HybridTimestamp(90), Purged(SlotKeys.Tombstone(5, 60, memory), Faults.PurgeStampAtDeadline).Floor.Stamp);
        Assert.Equal(Samples.Ballot(6), Purged(SlotKeys.Tombstone(5, 60, memory), Faults.PurgeFloorAtTombstoneBallot).Floor.Ballot);
        Assert.Equal(Floor.None, Purged(SlotKeys.Tombstone(5, 60, memory), Faults.PurgeWithoutFloor).Floor);
    }

    [Fact]
    public void Purge_TakesExactlyTheNamedTombstones_AndWhatWasOnlyPromised()
    {
        var slot = SlotKeys.New();
        var (later, value, promised, absent) = (SlotKeys.All[1], SlotKeys.All[2], SlotKeys.All[3], SlotKeys.All[4]);
        foreach (var request in (Request[])[
            SlotKeys.Accept(A, Samples.Ballot(3), SlotKeys.Tombstone(1)),
            SlotKeys.Accept(later, Samples.Ballot(4), SlotKeys.Tombstone(1)),
            SlotKeys.Accept(value, Samples.Ballot(3), Samples.State(1)),
            SlotKeys.Prepare(promised, Samples.Ballot(9))])
        {
            slot.Handle(SlotKeys.Map, request);
        }

        ImmutableArray<KeyAtBallot> asked =
            [new(A, Samples.Ballot(3)), new(later, Samples.Ballot(3)), new(value, Samples.Ballot(3)), new(promised, default), new(absent, default)];
        var step = slot.Handle(SlotKeys.Map, new PurgeRequest(slot.Slot, Now, 1, asked));
        Assert.Equal(2, Assert.IsType<PurgedReply>(step.Reply).Count);
        Assert.Equal([A, promised], step.Removed.AsEnumerable());
        Assert.Equal(new[] { later, value }.Order(), slot.All.Keys.Order());
        Assert.Equal(Samples.Ballot(9), slot.Floor.Ballot);
        Assert.False(slot.Handle(SlotKeys.Map, new PurgeRequest(slot.Slot, Now, 1, asked)).Changed);
    }

    [Fact]
    public void Purge_UnderAnUnstableMap_DoesNothing()
    {
        var slot = SlotKeys.New();
        var moving = new ClusterMap(new Epoch(6), ConsistencyMode.Consistent, [SlotKeys.Map.Newest, new Generation([.. SlotKeys.Map.Newest.Nodes, Maps.Node("n3")])]);
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), SlotKeys.Tombstone(1)));
        var step = slot.Handle(moving, new PurgeRequest(slot.Slot, moving.Epoch, 1, [new KeyAtBallot(A, Samples.Ballot(3))]));
        Assert.Equal(0, Assert.IsType<PurgedReply>(step.Reply).Count);
        Assert.Single(slot.All);
    }

    /// <summary>Each row: what the replica has of the key (nothing: absent), the floor that comes with the question about the tombstone of ballot 5, and the answer.</summary>
    [Theory]
    [InlineData("tombstone", 5, 5, true)]
    [InlineData("tombstone", 4, 5, false)]
    [InlineData("tombstone", 6, 6, false)]
    [InlineData("value", 5, 5, false)]
    [InlineData("promise", 5, 5, true)]
    [InlineData("promise", 4, 9, false)]
    [InlineData("nothing", 0, 5, true)]
    [InlineData("nothing", 0, 4, false)]
    public void Holds_OnlyWhereNothingElseCanBeOrCome(string what, long ballot, long floor, bool expected)
    {
        var slot = SlotKeys.New();
        if (what != "nothing")
        {
            slot.Handle(SlotKeys.Map, what switch
            {
                "promise" => SlotKeys.Prepare(A, Samples.Ballot(ballot)),
                "value" => SlotKeys.Accept(A, Samples.Ballot(ballot), Samples.State(1)),
                _ => SlotKeys.Accept(A, Samples.Ballot(ballot), SlotKeys.Tombstone(1)),
            });
        }

        var raised = new Floor(Samples.Ballot(floor), 3, new HybridTimestamp(3));
        var step = slot.Handle(SlotKeys.Map, new HoldsRequest(slot.Slot, Now, 1, raised, [new KeyAtBallot(A, Samples.Ballot(5))]));
        Assert.Equal(expected, Assert.Single(Assert.IsType<HoldsReply>(step.Reply).Held));
        Assert.True(step.FloorRaised);
        Assert.Equal(raised, slot.Floor);
        // The answer holds: a state that is older than the tombstone is refused.
        if (expected)
            Assert.IsType<RefusedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(4), Samples.State(1))).Reply);
    }

    [Fact]
    public void Candidates_AreForgottenTombstones_AndIdlePromises()
    {
        OperationMemory Until(long deadline) => new([new RememberedOutcome(new OperationId(new OriginId(0, 1), 1), new HybridTimestamp(deadline), OutcomeCode.Deleted, 4)], []);
        var slot = SlotKeys.New();
        var (young, remembered, guarded, value, promised) = (SlotKeys.All[1], SlotKeys.All[2], SlotKeys.All[3], SlotKeys.All[4], SlotKeys.All[5]);
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), SlotKeys.Tombstone(1, 50, Until(99)), next: Samples.Ballot(4)));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(young, Samples.Ballot(3), SlotKeys.Tombstone(1, 100)));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(remembered, Samples.Ballot(3), SlotKeys.Tombstone(1, 50, Until(100))));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(guarded, Samples.Ballot(3), SlotKeys.Tombstone(1, 50, new([], [new OriginMark(new OriginId(0, 1), 1, new HybridTimestamp(100))]))));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(value, Samples.Ballot(3), Samples.State(1)));
        slot.Handle(SlotKeys.Map, SlotKeys.Prepare(promised, Samples.Ballot(8)));

        PurgeCandidates Find() => slot.FindPurgeable(new HybridTimestamp(100), 10);
        // A promise may be one that its proposer is about to use; when nothing came of it by the next search, nobody is.
        Assert.Equal([new KeyAtBallot(A, Samples.Ballot(3))], Find().Keys.AsEnumerable());
        Assert.Equal(new[] { A, promised }.Order(), Find().Keys.Select(static one => one.Key).Order());
        Assert.Equal(new Floor(Samples.Ballot(8), 1, new HybridTimestamp(100)), Find().Floor);
        slot.Handle(SlotKeys.Map, SlotKeys.Prepare(promised, Samples.Ballot(9)));
        Assert.Equal([new KeyAtBallot(A, Samples.Ballot(3))], Find().Keys.AsEnumerable());
        Assert.Single(slot.FindPurgeable(new HybridTimestamp(200), 1).Keys);
    }

    [Fact]
    public void TombstoneWithConflicts_IsNoCandidate_UntilTheyAreResolved()
    {
        var side = new ContestedWrite(new WriteStamp(new HybridTimestamp(10), "s3"), isDelete: false, "lost"u8.ToArray(), null);
        var kept = new ContestedWrite(new WriteStamp(new HybridTimestamp(20), ""), isDelete: true, default, null);
        RegisterState Tombstone(long version, params Conflict[] conflicts) => new(
            isTombstone: true, default, null, version, new HybridTimestamp(20), HybridTimestamp.Zero, new HybridTimestamp(50), OperationMemory.Empty,
            new Divergence("", [side.Stamp], [.. conflicts]));
        var slot = SlotKeys.New();
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), Tombstone(1, new Conflict(side, kept))));
        Assert.Empty(slot.FindPurgeable(new HybridTimestamp(100), 10).Keys);
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(4), Tombstone(1)));
        var candidates = slot.FindPurgeable(new HybridTimestamp(100), 10);
        Assert.Equal([new KeyAtBallot(A, Samples.Ballot(4))], candidates.Keys.AsEnumerable());
        Assert.True(candidates.Floor.Stamp > side.Stamp.Clock, "what was merged must be older than what stands in for it");
    }

    /// <summary>What a corrupt tombstone remembered nobody knows, and a floor made of it could be too low.</summary>
    [Fact]
    public void CorruptTombstone_IsNoCandidate_NotConfirmed_AndNotPurged()
    {
        var (slot, twin) = (SlotKeys.New(), SlotKeys.New());
        var (sound, damaged) = (SlotKeys.Tombstone(5, 50), SlotKeys.Tombstone(5, 50));
        twin.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), sound));
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), damaged));
        // A tombstone has no bytes of its own to flip; its version is flipped in place.
        typeof(RegisterState).GetField("<Version>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(damaged, 1L);

        var candidates = twin.FindPurgeable(new HybridTimestamp(100), 10);
        Assert.Single(candidates.Keys);
        Assert.False(Assert.Single(((HoldsReply)slot.Handle(SlotKeys.Map, candidates.ToHolds(Now, 1)).Reply!).Held));
        Assert.Equal(0, ((PurgedReply)slot.Handle(SlotKeys.Map, candidates.ToPurge(Now, 1, candidates.Keys)).Reply!).Count);
        Assert.Empty(slot.FindPurgeable(new HybridTimestamp(100), 10).Keys);
        Assert.Equal([A], slot.CorruptKeys);
    }

    [Fact]
    public void Purge_EndsWithNothing_OnAllReplicas_AndTheSameVersionNeverReturns()
    {
        var slots = Enumerable.Range(0, Replicas).Select(static _ => SlotKeys.New()).ToArray();
        foreach (var slot in slots)
            slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), SlotKeys.Tombstone(5, 50)));
        Assert.Equal(1, Purge(slots, new HybridTimestamp(100)));
        Assert.All(slots, static slot => Assert.Equal((0, 0UL, 0L), (slot.Count, slot.Digest, slot.Bytes)));
        Assert.All(slots, static slot => Assert.Equal(5, Assert.IsType<PromisedReply>(slot.Handle(SlotKeys.Map, SlotKeys.Prepare(A, Samples.Ballot(9))).Reply).Floor.Version));
    }

    /// <summary>A purge that was cut short leaves tombstones on some: the next one takes them, as absent keys under the floor need no tombstone.</summary>
    [Fact]
    public void PurgeThatReachedSome_IsCompletedByTheNext()
    {
        var slots = Enumerable.Range(0, Replicas).Select(static _ => SlotKeys.New()).ToArray();
        foreach (var slot in slots)
            slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(3), SlotKeys.Tombstone(5, 50)));
        var candidates = slots[0].FindPurgeable(new HybridTimestamp(100), 10);
        foreach (var slot in slots)
            slot.Handle(SlotKeys.Map, candidates.ToHolds(Now, 1));
        slots[0].Handle(SlotKeys.Map, candidates.ToPurge(Now, 1, candidates.Keys));

        Assert.Equal(0, slots[0].Count);
        Assert.Equal(1, Purge([slots[1], slots[0], slots[2]], new HybridTimestamp(100)));
        Assert.All(slots, static slot => Assert.Equal(0, slot.Count));
    }

    private static SlotRegisters Purged(RegisterState tombstone, Faults faults = Faults.None)
    {
        var slot = SlotKeys.New(faults);
        slot.Handle(SlotKeys.Map, SlotKeys.Accept(A, Samples.Ballot(6), tombstone, next: Samples.Ballot(8)));
        slot.Handle(SlotKeys.Map, new PurgeRequest(slot.Slot, Now, 1, [new KeyAtBallot(A, Samples.Ballot(6))]));
        Assert.Equal(0, slot.Count);
        return slot;
    }

    /// <summary>The whole of it, as <see cref="PurgeCandidates"/> says: how many keys all had confirmed.</summary>
    private static int Purge(SlotRegisters[] replicas, HybridTimestamp before)
    {
        var candidates = replicas[0].FindPurgeable(before, 10);
        var answers = replicas.Select(slot => ((HoldsReply)slot.Handle(SlotKeys.Map, candidates.ToHolds(Now, 1)).Reply!).Held).ToArray();
        var confirmed = candidates.Keys.Where((_, index) => answers.All(held => held[index])).ToArray();
        foreach (var slot in replicas)
            slot.Handle(SlotKeys.Map, candidates.ToPurge(Now, 1, confirmed));
        return confirmed.Length;
    }

    /// <summary>One schedule; what went wrong, or null.</summary>
    private static string? Schedule(int seed, Faults faults)
    {
        var random = new Random(seed);
        var slots = Enumerable.Range(0, Replicas).Select(_ => SlotKeys.New(faults)).ToArray();
        var promises = new Dictionary<(int, Key), Ballot>();
        var onTheirWay = new List<(int To, Request Request)>();
        var tombstone = default(Ballot);

        string? Deliver(int to, Request request)
        {
            var promised = promises.GetValueOrDefault((to, request.Key));
            var accepted = slots[to].All.GetValueOrDefault(request.Key).Accepted;
            switch (slots[to].Handle(SlotKeys.Map, request).Reply)
            {
                case PromisedReply reply:
                    promises[(to, request.Key)] = reply.Ballot;
                    break;
                // A repeat of what is held is confirmed, whatever was promised since.
                case AcceptedReply reply when reply.Ballot == accepted:
                    break;
                case AcceptedReply reply when reply.Ballot < promised:
                    return $"seed {seed}: replica {to} accepts {reply.Ballot} and had promised {promised}";
                case AcceptedReply reply when request.Key == A && reply.Ballot < tombstone:
                    return $"seed {seed}: replica {to} accepts {reply.Ballot}, older than the tombstone {tombstone}";
                case AcceptedReply:
                    promises[(to, request.Key)] = Ballot.Higher(promised, ((AcceptRequest)request).Next);
                    break;
            }

            return null;
        }

        // Everything a proposer sends goes to all; some of it arrives now.
        string? Send(Request request)
        {
            string? violation = null;
            for (var to = 0; to < Replicas; to++)
            {
                if (random.Next(2) == 0)
                    violation ??= Deliver(to, request);
                if (random.Next(3) > 0)
                    onTheirWay.Add((to, request));
            }

            return violation;
        }

        string? violation = null;
        for (var number = 1L; number < 6; number++)
        {
            var ballot = Samples.Ballot(number * 2, (ulong)(1 + random.Next(2)));
            var key = random.Next(4) == 0 ? B : A;
            violation ??= Send(SlotKeys.Prepare(key, ballot));
            violation ??= Send(SlotKeys.Accept(key, ballot, Samples.State(number), random.Next(2) == 0 ? ballot : ballot.Next()));
        }

        // The delete reaches all, while a higher promise may be outstanding on some.
        tombstone = Samples.Ballot(12);
        var delete = SlotKeys.Accept(A, tombstone, SlotKeys.Tombstone(9, 50));
        var between = SlotKeys.Accept(A, Samples.Ballot(13), Samples.State(10));
        for (var to = 0; to < Replicas; to++)
        {
            violation ??= Deliver(to, delete);
            if (random.Next(2) == 0)
                violation ??= Deliver(to, SlotKeys.Prepare(A, Samples.Ballot(14 + random.Next(2))));
            if (random.Next(2) == 0)
                onTheirWay.Add((to, between));
        }

        if (slots.All(static slot => slot.All[A].State is { IsTombstone: true }))
            Purge(slots, new HybridTimestamp(100));
        foreach (var (to, request) in onTheirWay.OrderBy(_ => random.Next()))
            violation ??= Deliver(to, request);
        return violation;
    }
}
