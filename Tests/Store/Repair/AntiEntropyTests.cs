using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Repair;

public sealed class AntiEntropyTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Two periods, and what one pass may take on a busy machine.
    private static readonly TimeSpan TwoPeriods = (2 * Period) + TimeSpan.FromSeconds(3);

    private static Task<RepairCluster> Start() => RepairCluster.Start(options => options.ComparePeriod = Period);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task AlteredRegister_IsFound_Counted_Logged_AndRepaired_WithinTwoPeriods(int silo, bool withHash)
    {
        await using var cluster = await Start();
        var keys = await cluster.Store("sound-", 300);
        await cluster.Equal(keys);
        var victim = keys[123];
        var truth = cluster.Registers(victim)[(silo + 1) % 3];
        Assert.Equal(0, cluster.Sum(counters => counters.Corruptions));

        Assert.True(cluster.ReplicaOf(silo).Corrupt(victim, withHash));
        await Eventually.Seen("the repair", () => cluster.Sum(counters => counters.RepairedCorruptions), repaired => repaired == 1, TwoPeriods);

        Assert.All(cluster.Registers(victim), register => Assert.Equal((truth.Accepted, truth.State), (register.Accepted, register.State)));
        Assert.True(cluster.Sum(counters => counters.Corruptions) >= 1);
        var name = cluster.Silos[silo].Name;
        Assert.Contains(cluster.Logs.Of("StateCorrupt", LogLevel.Error), line => line.Contains(name, StringComparison.Ordinal));
        Assert.Contains(cluster.Logs.Of("StateRepaired", LogLevel.Warning), line => line.Contains(name, StringComparison.Ordinal));
        Assert.Equal("1", Origin.Text(await cluster.Fetch(victim)));
    }

    [Fact]
    public async Task ReplicaThatLostRegisters_GetsThemBack()
    {
        await using var cluster = await Start();
        var keys = await cluster.Store("lost-", 300);
        await cluster.Equal(keys);
        foreach (var (key, i) in keys.Select((key, i) => (key, i)).Where(pair => pair.i % 10 == 0)) Assert.True(cluster.ReplicaOf(i / 10 % 3).Forget(key));

        await cluster.Equal(keys, TwoPeriods);
        // Both directions occur: what the silo that compares lacks is fetched, the rest is pushed.
        Assert.True(cluster.Sum(counters => counters.RepairedKeys) >= 30);
        Assert.Equal(0, cluster.Sum(counters => counters.Corruptions));
    }

    [Fact]
    public async Task EqualReplicas_AreLeftAlone()
    {
        await using var cluster = await Start();
        var keys = await cluster.Store("equal-", 300);
        await cluster.Equal(keys);
        var before = keys.Select(key => cluster.Registers(key)).ToList();
        var after = DateTime.UtcNow + Period + Period;
        await Eventually.Seen("two periods", () => DateTime.UtcNow, now => now > after);

        Assert.Equal(before.SelectMany(registers => registers), keys.SelectMany(key => cluster.Registers(key)));
        Assert.Equal(0, cluster.Sum(counters => counters.RepairedKeys + counters.Corruptions + counters.ReplayedKeys));
    }
}
