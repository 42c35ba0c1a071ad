using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Tests.Store.Changes;

public sealed class KeyFilterTests
{
    private static KeyFilter Read(string[] keys, params string[] prefixes)
    {
        Assert.True(KeyFilter.TryRead(new FollowRequest { Subscriber = Guid.Empty, Filter = 3, Keys = keys, Prefixes = prefixes }, out var filter, out var fault), fault);
        Assert.Equal(3, filter.Number);
        return filter;
    }

    private static string Refused(string[] keys, params string[] prefixes)
    {
        Assert.False(KeyFilter.TryRead(new FollowRequest { Subscriber = Guid.Empty, Filter = 1, Keys = keys, Prefixes = prefixes }, out var filter, out var fault));
        Assert.Null(filter);
        return fault;
    }

    [Fact]
    public void Filter_CoversItsKeysAndWhatBeginsWithItsPrefixes()
    {
        string[] keys = ["a", "user/1", "ключ"], prefixes = ["user/2", "сл", "x"];
        var filter = Read(keys, prefixes);
        string[] candidates = ["a", "aa", "user/1", "user/10", "user/2", "user/20", "user/", "ключ", "ключи", "слон", "с", "x", "xyz", "y", new string('x', 1024)];
        foreach (var key in candidates)
            Assert.Equal(keys.Contains(key) || prefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)), filter.Covers(Key.From(key)));
    }

    [Fact]
    public void EmptyPrefix_IsAllKeys_AndAnEmptyFilterNone()
    {
        Assert.True(Read([], "").Covers(Key.From("anything")));
        Assert.True(Read([]).IsEmpty);
        Assert.False(Read([]).Covers(Key.From("anything")));
        Assert.False(Read([], "").IsEmpty);
    }

    [Fact]
    public void Filter_OverItsLimits_IsRefusedWithAReason()
    {
        Assert.Contains("keys", Refused(new string[ChangeLimits.MaxKeys + 1]), StringComparison.Ordinal);
        Assert.Contains("prefixes", Refused([], new string[ChangeLimits.MaxPrefixes + 1]), StringComparison.Ordinal);
        Assert.Contains("bytes", Refused([.. Enumerable.Range(0, 8_300).Select(static i => i.ToString("x4", null).PadLeft(Key.MaxBytes, 'k'))]), StringComparison.Ordinal);
        Assert.Contains("at least one byte", Refused([""]), StringComparison.Ordinal);
        Assert.Contains("at most", Refused([new string('k', Key.MaxBytes + 1)]), StringComparison.Ordinal);
        Assert.Contains("surrogate", Refused([], "\ud800"), StringComparison.Ordinal);
    }
}
