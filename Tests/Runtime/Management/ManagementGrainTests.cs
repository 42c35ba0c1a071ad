using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Management;

[Collection(SharedCluster.Name)]
public sealed class ManagementGrainTests(ClusterFixture fixture)
{
    private IManagementGrain Management => fixture.Grains.GetGrain<IManagementGrain>(0);

    [Fact]
    public async Task GetHosts_ListsEverySiloAsActive()
    {
        var hosts = await Management.GetHosts(onlyActive: true);
        Assert.Equal(fixture.Silos.Order(), hosts.Keys.Order());
        Assert.All(hosts.Values, status => Assert.Equal(SiloStatus.Active, status));
    }

    [Fact]
    public async Task GetDetailedHosts_NamesEverySilo()
    {
        var hosts = await Management.GetDetailedHosts(onlyActive: true);
        Assert.Equal(
            fixture.Cluster.Silos.Select(silo => (silo.SiloAddress, silo.Name)).Order(),
            hosts.Select(host => (host.SiloAddress, host.SiloName)).Order());
    }

    [Fact]
    public async Task GetSimpleGrainStatistics_CountsActivationsPerSilo()
    {
        var grains = fixture.Cluster.Silos.SelectMany(silo => Enumerable.Range(0, 5).Select(_ => fixture.On(silo))).ToList();
        await Task.WhenAll(grains.Select(grain => grain.Silo()));

        foreach (var silo in fixture.Silos)
        {
            var statistics = await Management.GetSimpleGrainStatistics([silo]);
            var count = statistics.Where(row => row.GrainType.Contains(nameof(PlacedGrain), StringComparison.Ordinal)).Sum(row => row.ActivationCount);
            Assert.True(count >= 5, $"{silo} counts {count} activations of {nameof(PlacedGrain)}, expected 5 or more");
            Assert.All(statistics, row => Assert.Equal(silo, row.SiloAddress));
        }
    }

    [Fact]
    public async Task GetTotalActivationCount_IsTheSumOverTheSilos()
    {
        await fixture.Grains.GetGrain<ILifeGrain>(ClusterFixture.NewKey()).Instance();
        var bySilo = await Management.GetSimpleGrainStatistics();
        var total = await Management.GetTotalActivationCount();

        // Other tests' grains come and go between the two questions; the orders of magnitude must agree.
        Assert.InRange(total, bySilo.Where(row => row.GrainType.Contains(nameof(LifeGrain), StringComparison.Ordinal)).Sum(row => row.ActivationCount), int.MaxValue);
    }

    [Fact]
    public async Task GetActivationAddress_KnowsWhereAGrainLives()
    {
        var silo = fixture.Cluster.Silos[1];
        var grain = fixture.On(silo);
        Assert.Null(await Management.GetActivationAddress(grain));

        await grain.Silo();

        Assert.Equal(silo.SiloAddress, await Management.GetActivationAddress(grain));
    }

    [Fact]
    public async Task ForceActivationCollection_DeactivatesWhatIsIdle()
    {
        var key = ClusterFixture.NewKey();
        var grain = fixture.Grains.GetGrain<ILifeGrain>(key);
        var first = await grain.Instance();

        await Eventually.True(
            "the grain to be collected",
            async () =>
            {
                await Management.ForceActivationCollection(TimeSpan.Zero);
                return LifeGrain.LastDeactivation(key);
            },
            reason => reason is not null);

        Assert.NotEqual(first, await grain.Instance());
    }
}
