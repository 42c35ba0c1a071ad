using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Placement;

[Collection(SharedCluster.Name)]
public sealed class PlacementTests(ClusterFixture fixture)
{
    [Fact]
    public async Task CustomDirector_DecidesWhereAGrainLives()
    {
        foreach (var silo in fixture.Cluster.Silos)
        {
            var grains = Enumerable.Range(0, 10).Select(_ => fixture.On(silo));
            Assert.All(await Task.WhenAll(grains.Select(grain => grain.Silo())), address => Assert.Equal(silo.SiloAddress, address));
        }
    }

    [Fact]
    public async Task CallBetweenPlacedGrains_CrossesSilos()
    {
        foreach (var from in fixture.Cluster.Silos)
        {
            foreach (var to in fixture.Cluster.Silos)
                Assert.Equal(to.SiloAddress, await fixture.On(from).Ask($"{ClusterFixture.NewKey()}@{to.Name}"));
        }
    }

    [Fact]
    public async Task FailingDirector_FailsTheCall_AndNoOther()
    {
        var lost = fixture.Grains.GetGrain<IPlacedGrain>($"{ClusterFixture.NewKey()}@nowhere");
        var failure = await Assert.ThrowsAnyAsync<Exception>(lost.Silo);
        Assert.Contains("there is no silo called nowhere", failure.ToString(), StringComparison.Ordinal);

        Assert.Equal(fixture.Cluster.Silos[0].SiloAddress, await fixture.On(fixture.Cluster.Silos[0]).Silo());
    }
}
