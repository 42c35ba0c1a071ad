using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Monitoring;

/// <summary>What silos say of themselves is what has happened to them. Counters of a cluster that other tests use as well: all is about what has been added.</summary>
[Collection(SharedStore.Name)]
public sealed class MonitoringTests(StoreFixture fixture)
{
    private readonly StoreCluster _cluster = fixture.Cluster;
    private readonly Origin _origin = new();

    [Fact]
    public async Task EverySilo_IsHeardByWhicheverIsAsked()
    {
        foreach (var silo in _cluster.Silos)
        {
            var report = await Gather(silo);
            Assert.Equal(_cluster.Silos.Select(one => one.Name).Order(), report.Silos.Select(one => one.Name).Order());
            Assert.All(report.Silos, one => Assert.True(one is { Uptime: > 0, WorkingSet: > 1_000_000, Heap: > 100_000, Processor: > 0, Replica.Epoch: > 0 }, $"{one.Name} says nothing of itself"));
            Assert.Equal(report.Silos.Length, report.Silos.Select(one => one.Incarnation).Distinct().Count());
        }
    }

    [Fact]
    public async Task OperationsAreCounted_ByKind()
    {
        var silo = _cluster.Silos[0];
        var before = await Of(silo);
        var key = "measured-" + Guid.NewGuid().ToString("N");
        for (var i = 0; i < 20; i++) await Carry(() => _cluster.Coordinator(silo).Execute(key, _origin.Store(Origin.Json(i))));
        await Carry(() => _cluster.Coordinator(silo).Execute(key, _origin.Fetch()));
        await Carry(() => _cluster.Coordinator(silo).Execute(key + "-none", _origin.Fetch()));
        var after = await Of(silo);

        // At least: what was not answered in time, and done again, was counted as well.
        Assert.InRange(Calls(after.Operations, "store") - Calls(before.Operations, "store"), 20, 1_000);
        Assert.InRange(Calls(after.Operations, "fetch") - Calls(before.Operations, "fetch"), 2, 1_000);
        Assert.True(after.Operations.Single(counts => counts.Name == "store").Microseconds > 0, "storing took no time");
    }

    [Fact]
    public async Task GrainClasses_HaveTheirCallsAndActivations()
    {
        var key = "counted-" + Guid.NewGuid().ToString("N");
        var host = await _cluster.HostOf(key);
        var before = await Of(host);
        for (var i = 0; i < 10; i++) await Carry(() => _cluster.Key(key).Execute(_origin.Fetch()));
        var after = await Of(host);

        const string KeyGrain = "Orleans.Kv.Grains.Keys.KeyGrain";
        Assert.InRange(Calls(after.Grains, KeyGrain) - Calls(before.Grains, KeyGrain), 1, 1_000);
        var grain = after.Grains.Single(counts => counts.Name == KeyGrain);
        Assert.True(grain.Activations > 0, $"{KeyGrain} has no activation");
        Assert.True(Calls(after.Grains, "Orleans.Kv.Grains.Coordination.CoordinatorGrain") > 0, "the grain that was asked for this report was never called");
        var others = (await Gather(host)).Silos.Where(silo => silo.Name != host.Name).ToList();
        Assert.True(others.Sum(silo => Calls(silo.Grains, "Orleans.Kv.Grains.Replicas.ReplicaService")) > 0, "the service that every round needs was never called");
        Assert.All(others, silo => Assert.True(Calls(silo.Grains, "Orleans.Kv.Grains.Monitoring.MonitoringService") > 0, $"{silo.Name}'s service that reports was never called"));
        Assert.All(after.Grains, counts => Assert.StartsWith("Orleans.Kv.Grains.", counts.Name, StringComparison.Ordinal));
    }

    private async Task<SiloReport> Of(Orleans.TestingHost.InProcessSiloHandle silo) => (await Gather(silo)).Silos.Single(one => one.Name == silo.Name);

    private async Task<MonitoringReport> Gather(Orleans.TestingHost.InProcessSiloHandle silo)
    {
        // A silo that is not scheduled for half a second is left out, and may be on a busy machine.
        for (var attempt = 0; ; attempt++)
        {
            var report = await _cluster.Coordinator(silo).GatherReports();
            if (report.Unasked.Length == 0) return report;
            Assert.True(attempt < 20, $"{string.Join(", ", report.Unasked)} did not answer {silo.Name} in {attempt} attempts");
        }
    }

    /// <summary>Until it is answered: on a busy machine a call may wait longer than calls may.</summary>
    private static async Task Carry(Func<ValueTask<OperationReply>> operation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await operation();
                return;
            }
            catch (TimeoutException) when (attempt < 10)
            {
            }
        }
    }

    private static long Calls(CallCounts[] counts, string name) => counts.SingleOrDefault(one => one.Name == name)?.Calls ?? 0;
}
