namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>Three silos for all tests that leave them as they found them.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    public StoreCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await StoreCluster.Start();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}
