using System.Numerics;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Quorums;

public sealed class QuorumTests
{
    /// <summary>n, w and r for both settings, written out: the arithmetic that everything else trusts.</summary>
    public static TheoryData<int, WriteQuorum, int, int> Table => new()
    {
        { 1, WriteQuorum.Majority, 1, 1 },
        { 2, WriteQuorum.Majority, 2, 1 },
        { 3, WriteQuorum.Majority, 2, 2 },
        { 4, WriteQuorum.Majority, 3, 2 },
        { 5, WriteQuorum.Majority, 3, 3 },
        { 6, WriteQuorum.Majority, 4, 3 },
        { 7, WriteQuorum.Majority, 4, 4 },
        { 1, WriteQuorum.All, 1, 1 },
        { 2, WriteQuorum.All, 2, 1 },
        { 3, WriteQuorum.All, 3, 1 },
        { 4, WriteQuorum.All, 4, 1 },
        { 5, WriteQuorum.All, 5, 1 },
        { 6, WriteQuorum.All, 6, 1 },
        { 7, WriteQuorum.All, 7, 1 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Sizes_AreAsInTheTable(int replicas, WriteQuorum writeQuorum, int accept, int prepare)
    {
        var sizes = QuorumSizes.For(replicas, writeQuorum);
        Assert.Equal((accept, prepare), (sizes.Accept, sizes.Prepare));
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void EveryAcceptQuorum_MeetsEveryPrepareQuorum_AndEveryOtherAcceptQuorum(int replicas, WriteQuorum writeQuorum, int accept, int prepare)
    {
        Assert.Equal(replicas, QuorumSizes.For(replicas, writeQuorum).Replicas);
        for (var one = 0U; one < 1U << replicas; one++)
        {
            for (var other = 0U; other < 1U << replicas; other++)
            {
                if (BitOperations.PopCount(one) != accept)
                    continue;
                if (BitOperations.PopCount(other) == prepare || BitOperations.PopCount(other) == accept)
                    Assert.NotEqual(0U, one & other);
            }
        }
    }

    /// <summary>Against counting by hand, over all ways in which up to six of seven nodes can vote on a quorum of some of them.</summary>
    [Fact]
    public void Tally_AgreesWithCountingByHand()
    {
        const int nodes = 6;
        foreach (var members in new ulong[] { 0b111, 0b111111, 0b101010, 0b000001 })
        {
            for (var needed = 1; needed <= BitOperations.PopCount(members); needed++)
            {
                var quorum = new Quorum(members, needed);
                for (var votes = 0; votes < 729; votes++)
                {
                    ulong yes = 0, no = 0;
                    int yesMembers = 0, open = 0;
                    for (int node = 0, rest = votes; node < nodes; node++, rest /= 3)
                    {
                        var isMember = (members >> node & 1) == 1;
                        yes |= rest % 3 == 1 ? 1UL << node : 0;
                        no |= rest % 3 == 2 ? 1UL << node : 0;
                        yesMembers += isMember && rest % 3 == 1 ? 1 : 0;
                        open += isMember && rest % 3 == 0 ? 1 : 0;
                    }

                    var expected = yesMembers >= needed ? Tally.Won : yesMembers + open < needed ? Tally.Lost : Tally.Pending;
                    Assert.Equal(expected, quorum.Count(yes, no));
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void ReplicasOutOfRange_AreRefused(int replicas) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => QuorumSizes.For(replicas, WriteQuorum.Majority));
}
