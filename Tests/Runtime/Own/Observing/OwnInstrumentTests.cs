using Orleans.Kv.Tests.Runtime.Clusters;
using Orleans.Kv.Tests.Runtime.Observing;

namespace Orleans.Kv.Tests.Runtime.Own.Observing;

/// <summary>
/// What Orleans counts up and down as it happens, so that one who comes later learns nothing, is asked for here; and the directory, of which Orleans has two, one without these instruments.
/// </summary>
[Collection(SharedCluster.Name)]
public sealed class OwnInstrumentTests(ClusterFixture fixture)
{
    [Fact]
    public async Task GrainsByType_ClientsAndSilos_AreCountedWhoeverBeginsToListen()
    {
        var grains = fixture.Cluster.Silos.SelectMany(silo => Enumerable.Range(0, 5).Select(_ => fixture.On(silo))).ToList();
        await Task.WhenAll(grains.Select(grain => grain.Silo()));

        using var measured = new Measurements();
        var values = measured.Read();
        Assert.True(values.Count(value => value is { Name: "orleans-grains", Value: >= 5 } && value.Type!.Contains(nameof(PlacedGrain), StringComparison.Ordinal)) >= 3, string.Join(' ', values));
        Assert.True(values.Where(value => value.Name == "orleans-directory-partition-size").Sum(value => value.Value) >= grains.Count, string.Join(' ', values));
        Assert.Contains(values, value => value is { Name: "orleans-gateway-connected-clients", Value: >= 1 });
        Assert.True(values.Count(value => value is { Name: "orleans-directory-ring-size", Value: >= 3 }) >= 3, string.Join(' ', values));
    }
}
