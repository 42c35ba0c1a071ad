using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Own.Management;

/// <summary>Microsoft's engine counts activations by type for all silos of a process together, so in a test of several silos its counts are not these.</summary>
[Collection(SharedCluster.Name)]
public sealed class ActivationCountTests(ClusterFixture fixture)
{
    private IManagementGrain Management => fixture.Grains.GetGrain<IManagementGrain>(0);

    [Fact]
    public async Task GetSimpleGrainStatistics_AgreesWithTheListing_WhenActivationsHaveComeAndGone()
    {
        var keys = Enumerable.Range(0, 5).Select(_ => ClusterFixture.NewKey()).ToList();
        foreach (var key in keys)
        {
            var grain = fixture.Grains.GetGrain<ILifeGrain>(key);
            await grain.Instance();
            await grain.Deactivate();
        }

        // Others' grains of the class come and go as well: a count that has drifted agrees with no listing, the right one does as soon as nothing changes between the questions.
        await Eventually.True(
            "the count of life grains to be what is listed",
            async () => (Counted: await CountLifeGrains(), Listed: (await Management.GetDetailedGrainStatistics()).Count(row => IsLifeGrain(row.GrainType))),
            found => found.Counted == found.Listed);

        async Task<int> CountLifeGrains() => (await Management.GetSimpleGrainStatistics()).Where(row => IsLifeGrain(row.GrainType)).Sum(row => row.ActivationCount);

        static bool IsLifeGrain(string type) => type.Contains(nameof(LifeGrain), StringComparison.Ordinal);
    }
}
