using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Listing;

/// <summary>The ordered set against the library's tree.</summary>
public sealed class OrderedSetTests
{
    private readonly record struct Natural : IComparer<int>
    {
        public int Compare(int x, int y) => x.CompareTo(y);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(5_000)]
    public void Set_AgreesWithATree_WhateverComesAndGoes(int range)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var set = new OrderedSet<int, Natural>();
            var tree = new SortedSet<int>();
            for (var step = 0; step < 6_000; step++)
            {
                // Grows, shrinks to almost nothing, grows again.
                var item = random.Next(range);
                var grows = step / 1_500 % 2 == 0;
                if (random.Next(10) < (grows ? 8 : 1))
                    Assert.Equal(tree.Add(item), set.Add(item));
                else
                    Assert.Equal(tree.Remove(item), set.Remove(item));
                Assert.Equal(tree.Count, set.Count);
                if (step % 50 == 0)
                    AssertReadsAlike(set, tree, random, range, $"seed {seed}, step {step}");
            }
        }
    }

    [Fact]
    public void Set_FilledInOrder_IsReadInOrder()
    {
        var set = new OrderedSet<int, Natural>();
        for (var i = 0; i < 10_000; i++)
            Assert.True(set.Add(i));
        for (var i = 0; i < 10_000; i += 2)
            Assert.True(set.Remove(i));
        var found = new List<int>();

        Assert.False(set.Read(int.MaxValue, 0, static (_, _) => true, found));

        Assert.Equal(Enumerable.Range(0, 5_000).Select(static i => (2 * i) + 1), found);
    }

    private static void AssertReadsAlike(OrderedSet<int, Natural> set, SortedSet<int> tree, Random random, int range, string where)
    {
        var (from, until, limit) = (random.Next(range), random.Next(range), random.Next(1, 400));
        var inclusive = random.Next(2) == 0;
        var expected = tree.Where(item => (item > from || (inclusive && item == from))).TakeWhile(item => item < until).ToList();
        var found = new List<int>();
        var hasMore = set.Read(from, inclusive, limit, until, static (item, bound) => item < bound, found);
        Assert.True(expected.Take(limit).SequenceEqual(found), $"{where}: read {found.Count} of {expected.Count} from {from} to {until}");
        Assert.Equal(expected.Count > limit, hasMore);
    }
}
