using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Observing;

/// <summary>The instruments that dashboards and operators use, by Orleans' names, on either engine. Other clusters may run in this process: what is measured is at least what this one has.</summary>
[Collection(SharedCluster.Name)]
public sealed class InstrumentTests(ClusterFixture fixture)
{
    [Theory]
    [InlineData("orleans-catalog-activations")]
    [InlineData("orleans-grains")]
    [InlineData("orleans-gateway-connected-clients")]
    [InlineData("orleans-directory-partition-size")]
    [InlineData("orleans-client-connected-gateways")]
    public void Instrument_IsThere(string name)
    {
        using var measured = new Measurements();
        Assert.Contains(name, measured.Names);
    }

    [Fact]
    public async Task Values_AreThoseOfTheClusterNow()
    {
        var grains = fixture.Cluster.Silos.SelectMany(silo => Enumerable.Range(0, 5).Select(_ => fixture.On(silo))).ToList();
        await Task.WhenAll(grains.Select(grain => grain.Silo()));

        using var measured = new Measurements();
        var values = measured.Read();
        // Of each silo.
        Assert.True(values.Count(value => value is { Name: "orleans-catalog-activations", Value: >= 5 }) >= 3, string.Join(' ', values));
        Assert.Contains(values, value => value is { Name: "orleans-client-connected-gateways", Value: >= 1 });
    }
}
