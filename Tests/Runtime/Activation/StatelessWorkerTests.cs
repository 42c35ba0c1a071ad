using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Activation;

[Collection(SharedCluster.Name)]
public sealed class StatelessWorkerTests(ClusterFixture fixture)
{
    private static long _lastKey = 1_000;

    [Fact]
    public async Task CallsAtOnce_ShareSeveralActivations_UpToTheLimitOfEachSilo()
    {
        var worker = fixture.Grains.GetGrain<IWorkerGrain>(Interlocked.Add(ref _lastKey, 10));

        var reports = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => worker.Work(TimeSpan.FromMilliseconds(50))));

        foreach (var ofSilo in reports.GroupBy(report => report.Silo))
        {
            var instances = ofSilo.Select(report => report.Instance).Distinct().Count();
            Assert.InRange(instances, 2, WorkerGrain.MostPerSilo);
        }
    }

    [Fact]
    public async Task CallFromInsideASilo_StaysInIt()
    {
        var worker = fixture.Grains.GetGrain<IWorkerGrain>(Interlocked.Add(ref _lastKey, 10));
        var here = (await worker.Work(TimeSpan.Zero)).Silo;

        for (var round = 0; round < 10; round++)
        {
            // Whichever silo the client's call lands in, the calls from there must land there too.
            var asked = await worker.AskWorkers(20);
            Assert.Single(asked);
        }

        Assert.Contains(here, fixture.Silos);
    }
}
