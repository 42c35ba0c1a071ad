using Orleans.Kv.Consensus;
using Orleans.Kv.Tests.Consensus.Slots;

namespace Orleans.Kv.Tests.Consensus.Listing;

/// <summary>What slots put into their index, and how it is read.</summary>
public sealed class RegisterIndexTests
{
    private readonly RegisterIndex _index = new();

    [Fact]
    public void Keys_AreInOrderOfTheirBytes_AndFoundByPrefix()
    {
        // In UTF-16 the supplementary character would come before U+FF5E.
        foreach (var key in (string[])["b", "a/2", "\uFF5E", "a/10", "a", "\U0001F600", "a/1", "a0"]) Add(key);

        Assert.Equal(["a", "a/1", "a/10", "a/2", "a0", "b", "\uFF5E", "\U0001F600"], Read(null, null, 99));
        Assert.Equal(["a/1", "a/10", "a/2"], Read("a/", null, 99));
        Assert.Equal(["a/10", "a/2"], Read("a/", "a/1", 99));
        Assert.Equal(["a/10"], Read("a/", "a/1", 1));
        Assert.Equal(["a/1", "a/10", "a/2"], Read("a/", "A", 99));
        Assert.Equal(["a/1", "a/10", "a/2"], Read("a/", "a/", 99));
        Assert.Empty(Read("a/", "b", 99));
        Assert.Empty(Read("c", null, 99));
        Assert.Equal(["\uFF5E", "\U0001F600"], Read(null, "b", 99));
    }

    [Fact]
    public void More_IsSaidExactlyWhereThereIsMoreOfThePrefix()
    {
        foreach (var key in (string[])["a/1", "a/2", "b"]) Add(key);
        var found = new List<Key>();

        Assert.False(_index.Read(Key.From("a/"), null, 2, found));
        Assert.True(_index.Read(Key.From("a/"), null, 1, found));
        Assert.True(_index.Read(null, null, 2, found));
    }

    [Fact]
    public void Expiries_FollowTheStates()
    {
        var (first, second) = (Key.From("1"), Key.From("2"));
        _index.Change(first, null, Expiring(100));
        _index.Change(second, null, Expiring(50));
        Assert.Equal(["2", "1"], Due(100));
        Assert.Equal(["2"], Due(99));

        _index.Change(second, Expiring(50), Expiring(150));
        Assert.Equal(["1"], Due(149));
        Assert.Equal(["1", "2"], Due(150));
        Assert.Equal(["2"], Due(150, after: new DueKey(new HybridTimestamp(100), first)));

        _index.Change(first, Expiring(100), SlotKeys.Tombstone(2));
        _index.Change(second, Expiring(150), Expiring(0));
        Assert.Empty(Due(999));
        Assert.Equal((2, 0), (_index.Keys, _index.Expiring));
    }

    private static RegisterState Expiring(long expiry) => new(
        isTombstone: false, default, null, 1, new HybridTimestamp(1), new HybridTimestamp(expiry), new HybridTimestamp(1), OperationMemory.Empty);

    private void Add(string key) => _index.Change(Key.From(key), null, Expiring(0));

    private string[] Read(string? prefix, string? after, int limit)
    {
        var found = new List<Key>();
        _index.Read(prefix is null ? null : Key.From(prefix), after is null ? null : Key.From(after), limit, found);
        return [.. found.Select(static key => key.ToString())];
    }

    private string[] Due(long now, DueKey? after = null)
    {
        var found = new List<DueKey>();
        _index.ReadDue(new HybridTimestamp(now), after, 99, found);
        return [.. found.Select(static due => due.Key.ToString())];
    }
}
