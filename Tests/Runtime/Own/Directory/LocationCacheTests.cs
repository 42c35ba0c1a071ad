using System.Net;
using Orleans.Runtime.GrainDirectory;

namespace Orleans.Kv.Tests.Runtime.Own.Directory;

public sealed class LocationCacheTests
{
    private static readonly SiloAddress Silo = SiloAddress.New(IPAddress.Loopback, 1, 1);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 2, 1);

    [Fact]
    public void WhatIsUsed_OutlivesWhatIsNot()
    {
        var cache = new LocationCache();
        var used = Id(-1);
        var unused = Id(-2);
        cache.Set(used, Silo);
        cache.Set(unused, Silo);
        for (var i = 0; i < 500_000; i++)
        {
            cache.Set(Id(i), Silo);
            if (i % 1000 == 0)
                Assert.True(cache.TryGet(used, out _), $"forgotten after {i} others");
        }

        Assert.False(cache.TryGet(unused, out _));
    }

    [Fact]
    public void RemoveSilo_ForgetsItsGrainsOnly()
    {
        var cache = new LocationCache();
        cache.Set(Id(1), Silo);
        cache.Set(Id(2), Other);

        cache.RemoveSilo(Silo);

        Assert.False(cache.TryGet(Id(1), out _));
        Assert.True(cache.TryGet(Id(2), out var host));
        Assert.Equal(Other, host);
    }

    private static GrainId Id(int i) => GrainId.Create("key", $"k{i}");
}
