using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Services;

[Collection(SharedCluster.Name)]
public sealed class GrainServiceTests(ClusterFixture fixture)
{
    [Fact]
    public async Task ServiceAskedBySiloAddress_AnswersThere()
    {
        var worker = fixture.Grains.GetGrain<IWorkerGrain>(1);
        foreach (var silo in fixture.Silos)
            Assert.Equal(silo, await worker.AskService(silo));
    }

    [Fact]
    public async Task ServiceOfASiloThatNeverWas_FailsSoon()
    {
        var worker = fixture.Grains.GetGrain<IWorkerGrain>(2);
        var neverWas = SiloAddress.New(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 9), 1);
        await Assert.ThrowsAnyAsync<Exception>(() => worker.AskService(neverWas).WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
