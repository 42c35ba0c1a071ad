using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Orleans.Kv.Telemetry.Metrics;
using Orleans.Kv.Tests.Store.Clusters;
using Orleans.Kv.Tests.Telemetry.Metrics;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Observing;

public sealed class StoreMetricsTests
{
    [Fact]
    public async Task ASilo_SaysWhatItHolds_WhatItDid_AndHowTheOthersAre()
    {
        await using var cluster = await StoreCluster.Start(3);
        var collectors = cluster.Silos.ToDictionary(silo => silo.Name, silo => CollectorOf(cluster, silo));
        try
        {
            var origin = new Origin();
            for (var i = 0; i < 20; i++) await cluster.Key($"k{i}").Execute(origin.Store($"{i}"));
            await cluster.Key("absent").Execute(origin.Fetch());

            var pages = collectors.ToDictionary(pair => pair.Key, pair => Read(pair.Value));
            Assert.All(pages.Values, page =>
            {
                Assert.Equal((1, 3, 0), (page["kv_map_member"], page["kv_map_nodes"], page["kv_silo_isolated"]));
                Assert.Equal(2, page.Sum("kv_peer_reachable"));
                Assert.True(page["kv_map_epoch"] > 0);
                Assert.Equal(1, page["kv_map_mode"]);
            });
            // Two of three are enough for a write; the third has it a moment later.
            await Eventually.Seen("20 keys on every silo", () => collectors.Values.Sum(collector => Read(collector)["kv_replica_keys"]), keys => keys == 60);
            Assert.Equal((20, 1), (pages.Values.Sum(page => Timed(page, "store")), pages.Values.Sum(page => Timed(page, "fetch"))));
            Assert.True(pages.Values.Sum(page => page["kv_proposer_operations_total"]) >= 21);
            Assert.True(pages.Values.Sum(page => page["kv_peer_messages_total"]) > 0);
            await Eventually.Seen("one leader", () => collectors.Values.Sum(collector => Read(collector)["kv_silo_leader"]), leaders => leaders == 1);
        }
        finally
        {
            foreach (var collector in collectors.Values) collector.Dispose();
        }
    }

    [Fact]
    public async Task ADeadSilo_IsSeenByTheOthers_WithWhatItMisses()
    {
        await using var cluster = await StoreCluster.Start(3);
        var (witness, dead) = (cluster.Silos[0], cluster.Silos[2]);
        using var collector = CollectorOf(cluster, witness);
        await cluster.Kill(dead);
        await Eventually.Seen("silo-3 out of reach", () => Value(Read(collector), "kv_peer_reachable", $"kv_node=\"{dead.Name}\""), reachable => reachable == 0);
    }

    // However they ended: on a busy machine a silo may not find its quorum in time.
    private static double Timed(PrometheusPage page, string operation) => page.Samples
        .Where(sample => sample.Key.Name == "kv_silo_operation_duration_seconds_count" && sample.Key.Labels.Contains($"kv_operation=\"{operation}\"", StringComparison.Ordinal))
        .Sum(sample => sample.Value);

    private static MetricsCollector CollectorOf(StoreCluster cluster, InProcessSiloHandle silo)
    {
        var meters = cluster.Service<IMeterFactory>(silo);
        return new MetricsCollector(meter => MeterNames.IsShown(meter) && ReferenceEquals(meter.Scope, meters));
    }

    private static double Value(PrometheusPage page, string name, params string[] labels) => page.Samples.GetValueOrDefault((name, string.Join(',', labels)));

    private static PrometheusPage Read(MetricsCollector collector)
    {
        var families = collector.Collect(out var fault);
        Assert.Null(fault);
        var output = new ArrayBufferWriter<byte>();
        PrometheusText.Write(output, families);
        return PrometheusPage.Parse(Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
