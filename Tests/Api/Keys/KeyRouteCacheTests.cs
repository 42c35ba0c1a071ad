using System.Text;
using Orleans.Kv.Api.Keys;

namespace Orleans.Kv.Tests.Api.Keys;

public sealed class KeyRouteCacheTests
{
    [Fact]
    public void Get_OfTheSameKey_IsTheSameRoute()
    {
        var cache = new KeyRouteCache();

        Assert.Same(cache.Get("a"u8), cache.Get(Encoding.UTF8.GetBytes("a")));
        Assert.NotSame(cache.Get("a"u8), cache.Get("b"u8));
    }

    [Fact]
    public void ManyKeys_DoNotMakeItGrow()
    {
        const int Capacity = 100;
        var cache = new KeyRouteCache(Capacity);
        for (var i = 0; i < 50 * Capacity; i++)
        {
            cache.Get(Encoding.UTF8.GetBytes($"key-{i}"));
            Assert.InRange(cache.Count, 1, 2 * Capacity);
        }
    }

    [Fact]
    public void AKeyInUse_OutlivesATurnOfManyOthers()
    {
        var cache = new KeyRouteCache(100);
        var hot = cache.Get("hot"u8);
        for (var i = 0; i < 1_000; i++)
        {
            cache.Get(Encoding.UTF8.GetBytes($"key-{i}"));
            Assert.Same(hot, cache.Get("hot"u8));
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a\"b\\c\n\u0001")]
    [InlineData("é<&>😀")]
    public void Json_IsTheInsideOfAJsonString(string key)
    {
        var route = new KeyRouteCache().Get(Encoding.UTF8.GetBytes(key));

        Assert.Equal(key, System.Text.Json.JsonSerializer.Deserialize<string>($"\"{Encoding.UTF8.GetString(route.Json)}\""));
    }
}
