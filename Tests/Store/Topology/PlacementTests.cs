using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Topology;

public sealed class PlacementTests
{
    [Fact]
    public async Task KeyGrain_LivesOnAReplicaOfItsKey()
    {
        // Five silos: two of five hold no copy of a key.
        await using var cluster = await StoreCluster.Start();
        await cluster.Add();
        await cluster.Add();
        await cluster.Converged(cluster.Silos);
        var origin = new Origin();
        var map = cluster.Service<TopologyAgent>(cluster.Silos[0]).View.Map!;
        var hosts = new HashSet<string>();

        for (var i = 0; i < 60; i++)
        {
            var key = "placed-" + i;
            var reply = await cluster.Key(key).Execute(origin.Store("1"));
            Assert.Equal(ReplyStatus.Done, reply.Status);
            Assert.Contains(reply.Silo, map[Consensus.Key.From(key)].Replicas.ToArray().Select(node => node.Name));
            hosts.Add(reply.Silo!);
        }

        Assert.True(hosts.Count > 1, $"all grains went to {string.Join(' ', hosts)}");
    }

    [Fact]
    public async Task KeyGrains_SpreadEvenlyOverTheReplicas()
    {
        const int Keys = 600;
        await using var cluster = await StoreCluster.Start();
        var origin = new Origin();
        var hosts = new Dictionary<string, int>();
        for (var i = 0; i < Keys; i++)
        {
            var reply = await cluster.Key("spread-" + i).Execute(origin.Fetch());
            Assert.Equal(ReplyStatus.NotFound, reply.Status);
            hosts[reply.Silo!] = hosts.GetValueOrDefault(reply.Silo!) + 1;
        }

        Assert.True(
            hosts.Count == 3 && hosts.Values.All(count => count is > Keys / 5 and < Keys / 2),
            $"{Keys} grains live on {string.Join(", ", hosts.Select(host => $"{host.Key}: {host.Value}"))}");
    }
}
