using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Keys;

[Collection(SharedStore.Name)]
public sealed class LinearizabilityTests(StoreFixture fixture)
{
    [Fact]
    public async Task HotKeys_ThroughKeyGrainsAlone_AreLinearizable()
    {
        var load = new Load(fixture.Cluster, keys: 4, clients: 8, seed: 11, coordinated: 0);
        await load.Run(operationsPerClient: 300);
        load.AssertLinearizable(leastAnswered: 2000);
    }

    [Fact]
    public async Task HotKeys_ThroughKeyGrainsAndCoordinatorsAtOnce_AreLinearizable()
    {
        var load = new Load(fixture.Cluster, keys: 4, clients: 8, seed: 12, coordinated: 0.4);
        await load.Run(operationsPerClient: 120);
        load.AssertLinearizable(leastAnswered: 600);
    }
}
