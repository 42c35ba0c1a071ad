using System.Collections.Immutable;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Slots;

/// <summary>Short histories of everything that can be asked of a slot, in every order, against the dumb twin.</summary>
public sealed class SlotModelTests
{
    private const int Histories = 2_000;
    private const int Steps = 40;
    private static readonly Key[] Keys = SlotKeys.All[..4];

    [Fact]
    public void Slot_AgreesWithTheNaiveOne_WhateverComes()
    {
        var kinds = new Dictionary<string, int>();
        var mostConflicted = 0;
        for (var seed = 0; seed < Histories; seed++)
        {
            var random = new Random(seed);
            var index = new RegisterIndex();
            var slot = SlotKeys.New(index: index);
            var naive = new NaiveSlot();
            for (var step = 0; step < Steps; step++)
            {
                var what = random.Next(3) == 0 ? Maintain(slot, naive, random, step) : Ask(slot, naive, random, step);
                kinds[what] = kinds.GetValueOrDefault(what) + 1;
                Assert.True(naive.Floor == slot.Floor, $"seed {seed}, step {step}: the floor is {slot.Floor}, not {naive.Floor}");
                Assert.True(naive.Digest == slot.Digest, $"seed {seed}, step {step}: the digest is not that of the registers");
                Assert.Equal(
                    (naive.Registers.Count, naive.Keys, naive.Tombstones, naive.Bytes, naive.Registers.Count - naive.Keys - naive.Tombstones),
                    (slot.Count, slot.Keys, slot.Tombstones, slot.Bytes, slot.Promises));
                Assert.Equal(naive.KeysWithConflicts, slot.KeysWithConflicts.Select(static key => key.ToString()).Order(StringComparer.Ordinal));
                Assert.Equal(naive.KeysWithConflicts.Length, slot.ConflictedKeys);
                mostConflicted = Math.Max(mostConflicted, slot.ConflictedKeys);
                AssertIndexed(slot, index);
                Assert.All(slot.All, pair => Assert.Equal(naive.Registers[pair.Key.ToString()], pair.Value));
            }
        }

        // The histories are worth something only if everything happens in them.
        Assert.True(mostConflicted > 1, "hardly any conflicts");
        foreach (var kind in (string[])["accepted", "refused", "promised", "read", "purged", "repaired", "floor", "holds", "list"])
            Assert.True(kinds.GetValueOrDefault(kind) > 200, $"only {kinds.GetValueOrDefault(kind)} of {kind}");
    }

    private static void AssertIndexed(SlotRegisters slot, RegisterIndex index)
    {
        var indexed = new List<Key>();
        index.Read(null, null, int.MaxValue, indexed);
        Assert.Equal(slot.All.Where(static pair => pair.Value.State is not null).Select(static pair => pair.Key).Order(), indexed);
        Assert.Equal(slot.All.Count(static pair => pair.Value.State is { Expiry.Value: > 0 }), index.Expiring);
    }

    private static string Ask(SlotRegisters slot, NaiveSlot naive, Random random, int round)
    {
        var key = Keys[random.Next(Keys.Length)];
        var ballot = Any(random);
        var before = slot.All.GetValueOrDefault(key);
        Request request = random.Next(4) switch
        {
            0 => new PrepareRequest(key, SlotKeys.Map.Epoch, round, ballot),
            1 => new ReadRequest(key, SlotKeys.Map.Epoch, round, random.Next(2) == 0 ? default : ballot),
            _ => new AcceptRequest(
                key, SlotKeys.Map.Epoch, round, ballot, before.Accepted == ballot ? before.State! : StateOf(ballot, key), random.Next(2) == 0 ? ballot : ballot.Next()),
        };
        var expected = naive.Handle(request);
        var step = slot.Handle(SlotKeys.Map, request);
        Assert.Equal(expected, NaiveSlot.Show(step.Reply!));
        Assert.Equal(step.Register, slot.All.GetValueOrDefault(key));
        Assert.Equal(step.Changed, step.Register != before);
        Assert.Equal(round, step.Reply!.Round);
        return expected.Split(' ')[0];
    }

    private static string Maintain(SlotRegisters slot, NaiveSlot naive, Random random, int round)
    {
        var epoch = SlotKeys.Map.Epoch;
        var asked = Keys.Where(_ => random.Next(2) == 0)
            .Select(key => new KeyAtBallot(key, random.Next(3) == 0 ? Any(random) : slot.All.GetValueOrDefault(key).Accepted))
            .ToImmutableArray();
        var key = Keys[random.Next(Keys.Length)];
        OneSlotRequest request = random.Next(8) switch
        {
            0 => new FloorRequest(slot.Slot, epoch, round, AnyFloor(random)),
            1 => new HoldsRequest(slot.Slot, epoch, round, AnyFloor(random), asked),
            2 or 3 => new PurgeRequest(slot.Slot, epoch, round, asked),
            4 or 5 when slot.All.GetValueOrDefault(key) is { State: not null } held =>
                // Another state under the same ballot: what a repair brings. Every third one is no other.
                new RepairRequest(slot.Slot, epoch, round, key, random.Next(4) == 0 ? Any(random) : held.Accepted, random.Next(3) == 0 ? held.State! : Samples.State(held.Accepted.Number, $"repaired {round}")),
            _ => new ListRequest(slot.Slot, epoch, round, random.Next(2) == 0 ? null : key, 1 + random.Next(4)),
        };
        var registers = slot.All.ToDictionary();
        var floor = slot.Floor;
        var expected = naive.Handle(request);
        var step = slot.Handle(SlotKeys.Map, request);
        Assert.Equal(expected, NaiveSlot.Show(step.Reply!));
        CheckStep(step, registers, floor, slot);
        return request switch
        {
            PurgeRequest => step.Removed.Length > 0 ? "purged" : "not purged",
            RepairRequest => expected,
            FloorRequest => "floor",
            HoldsRequest => "holds",
            _ => "list",
        };
    }

    /// <summary>A log that writes down what the step names has all that changed.</summary>
    private static void CheckStep(in SlotStep step, Dictionary<Key, Register> logged, Floor floor, SlotRegisters slot)
    {
        foreach (var key in step.Removed)
            Assert.True(logged.Remove(key));
        if (step.Replaced is not null)
            logged[step.Replaced] = step.Register;
        Assert.Equal(logged.OrderBy(static pair => pair.Key), slot.All.OrderBy(static pair => pair.Key));
        Assert.Equal(step.FloorRaised, floor != slot.Floor);
        Assert.False(step.Vacated);
    }

    private static Ballot Any(Random random) => Samples.Ballot(1 + random.Next(6), (ulong)(1 + random.Next(2)));

    private static Floor AnyFloor(Random random) => new(random.Next(3) == 0 ? default : Any(random), random.Next(5), new HybridTimestamp(random.Next(50)));

    // One state per ballot and key, as it must be.
    private static RegisterState StateOf(Ballot ballot, Key key)
    {
        var stamp = (10 * ballot.Number) + (long)ballot.Proposer.Host;
        var outcome = new RememberedOutcome(new OperationId(new OriginId(0, key.Hash), stamp), new HybridTimestamp(stamp + (ballot.Number % 3 * 7)), OutcomeCode.Deleted, 1);
        var memory = new OperationMemory([outcome], [new OriginMark(new OriginId(0, key.Hash), 1, new HybridTimestamp(stamp + (ballot.Number % 2 * 9)))]);
        if (ballot.Proposer.Host == 1)
            return ballot.Number % 2 == 0 ? SlotKeys.Tombstone(ballot.Number, stamp, memory) : Samples.State(ballot.Number, key + "=" + ballot);
        var value = Samples.State(ballot.Number, key + "=" + ballot).Value;
        return new RegisterState(
            ballot.Number % 2 == 0, value, null, ballot.Number, new HybridTimestamp(stamp), new HybridTimestamp(stamp % 3), new HybridTimestamp(stamp), memory, DivergenceOf(ballot, stamp));
    }

    private static Divergence DivergenceOf(Ballot ballot, long stamp)
    {
        ContestedWrite Side(long clock, string silo) => new(new WriteStamp(new HybridTimestamp(clock), silo), isDelete: false, "side"u8.ToArray(), null);
        Conflict[] conflicts = ballot.Number % 3 == 0 ? [] : [new Conflict(Side(stamp - 1, "s1"), Side(stamp, ""))];
        return new Divergence("", [new WriteStamp(new HybridTimestamp(stamp - 1), "s1")], [.. conflicts]);
    }
}
