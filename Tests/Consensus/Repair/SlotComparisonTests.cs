using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Consensus.Slots;

namespace Orleans.Kv.Tests.Consensus.Repair;

public sealed class SlotComparisonTests
{
    private static readonly Key[] Keys = [.. SlotKeys.All[..12].Order(SlotOrder.Instance)];

    [Fact]
    public void Comparison_AgreesWithALookAtEveryKey()
    {
        var random = new Random(31);
        var found = (Push: 0, Pull: 0, Corrupt: 0, Equal: 0);
        for (var round = 0; round < 5_000; round++)
        {
            var mine = Listing(random);
            var theirs = round % 5 == 0 ? mine : Listing(random);
            var comparison = SlotComparison.Of(mine, theirs);
            List<KeyAtBallot> push = [], pull = [], corrupt = [];
            foreach (var key in Keys)
            {
                var (a, b) = (mine.SingleOrDefault(one => one.Key == key), theirs.SingleOrDefault(one => one.Key == key));
                if (a.Accepted == b.Accepted && (a.IsCorrupt || b.IsCorrupt || a.StateHash != b.StateHash))
                    corrupt.Add(new KeyAtBallot(key, a.Accepted));
                if (a.Accepted > b.Accepted)
                    (a.IsCorrupt ? corrupt : push).Add(new KeyAtBallot(key, a.Accepted));
                if (b.Accepted > a.Accepted)
                    (b.IsCorrupt ? corrupt : pull).Add(new KeyAtBallot(key, b.Accepted));
            }

            Assert.Equal(push, comparison.Push);
            Assert.Equal(pull, comparison.Pull);
            Assert.Equal(corrupt, comparison.Corrupt);
            Assert.Equal(push.Count + pull.Count + corrupt.Count == 0, comparison.AreEqual);
            found = (found.Push + push.Count, found.Pull + pull.Count, found.Corrupt + corrupt.Count, found.Equal + (comparison.AreEqual ? 1 : 0));
        }

        Assert.True(found is { Push: > 1_000, Pull: > 1_000, Corrupt: > 1_000, Equal: > 500 }, found.ToString());
    }

    /// <summary>Two slots are equal exactly where their digests are, and what a comparison names is what makes them so.</summary>
    [Fact]
    public void CarryingOutTheComparison_MakesTheDigestsEqual()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            SlotRegisters mine = SlotKeys.New(), theirs = SlotKeys.New();
            foreach (var key in Keys)
            {
                for (var ballot = 1; ballot < 4; ballot++)
                {
                    var accept = SlotKeys.Accept(key, Samples.Ballot(ballot), Samples.State(ballot));
                    if (random.Next(2) == 0)
                        mine.Handle(SlotKeys.Map, accept);
                    if (random.Next(2) == 0)
                        theirs.Handle(SlotKeys.Map, accept);
                }
            }

            var comparison = SlotComparison.Of(List(mine), List(theirs));
            Assert.Equal(mine.Digest == theirs.Digest, comparison.AreEqual);
            foreach (var (key, _) in comparison.Push)
                theirs.Handle(SlotKeys.Map, SlotKeys.Accept(key, mine.All[key].Accepted, mine.All[key].State!));
            foreach (var (key, _) in comparison.Pull)
                mine.Handle(SlotKeys.Map, SlotKeys.Accept(key, theirs.All[key].Accepted, theirs.All[key].State!));
            Assert.Equal(mine.Digest, theirs.Digest);
            Assert.True(SlotComparison.Of(List(mine), List(theirs)).AreEqual);
        }
    }

    private static ReadOnlySpan<ListedRegister> List(SlotRegisters slot) =>
        ((ListedReply)slot.Handle(SlotKeys.Map, new ListRequest(slot.Slot, SlotKeys.Map.Epoch, 1, null, OneSlotRequest.MaxKeys)).Reply!).Registers.AsSpan();

    private static ListedRegister[] Listing(Random random) => [.. Keys.Where(_ => random.Next(3) > 0).Select(key =>
    {
        var ballot = Samples.Ballot(1 + random.Next(3));
        return random.Next(6) == 0
            ? new ListedRegister(key, ballot, default, 0, false, false)
            : new ListedRegister(key, ballot, ballot, random.Next(8) == 0 ? 99 : (ulong)ballot.Number, false, random.Next(12) == 0);
    })];
}
