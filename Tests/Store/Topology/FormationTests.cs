using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Topology;

/// <summary>How the first map comes about.</summary>
public sealed class FormationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Cluster_OfFewerThanThree_FormsAndServesWhenToldSo(short silos)
    {
        await using var cluster = await StoreCluster.Start(silos);
        var origin = new Origin();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(ReplyStatus.Done, (await cluster.Key("k" + i).Execute(origin.Store(Origin.Json(i)))).Status);
            Assert.Equal(Origin.Json(i), Origin.Text(await cluster.Key("k" + i).Execute(origin.Fetch())));
        }
    }

    [Fact]
    public async Task TooFewNodes_AnswerForming_UntilTheLastOneJoins()
    {
        await using var cluster = await StoreCluster.Start(silos: 2, formation: 3);
        var origin = new Origin();
        Assert.Equal(ReplyStatus.Forming, (await cluster.Key("a").Execute(origin.Fetch())).Status);
        Assert.Equal(ReplyStatus.Forming, (await cluster.Coordinator(cluster.Silos[0]).Execute("a", origin.Fetch())).Status);
        var status = await cluster.Coordinator(cluster.Silos[0]).GetCluster();
        Assert.Equal((0, 3), (status.Epoch, status.FormationSize));

        await cluster.Add();
        await cluster.Formed();
        Assert.Equal(ReplyStatus.Done, (await cluster.Key("a").Execute(origin.Store("1"))).Status);
    }

    [Fact]
    public async Task EverySilo_WorksWithTheSameMap_WhichTheAuthorityHolds()
    {
        await using var cluster = await StoreCluster.Start();
        var read = await cluster.Authority.Read(CancellationToken.None);
        var map = ClusterMapCodec.Read(read.Map);

        Assert.Equal(1, read.Epoch);
        Assert.Equal(cluster.Silos.Select(cluster.NodeOf).Order(), map.Newest.Nodes);
        Assert.All(cluster.Silos, silo => Assert.Equal(map, cluster.Service<TopologyAgent>(silo).View.Map));
    }

    [Fact]
    public async Task SiloThatComesLater_JoinsTheMap_AndItsProposersServeFromTheStart()
    {
        await using var cluster = await StoreCluster.Start();
        var origin = new Origin();
        var added = await cluster.Add();
        await cluster.Formed();

        Assert.Equal(ReplyStatus.Done, (await cluster.Coordinator(added).Execute("a", origin.Store("1"))).Status);
        Assert.Equal("1", Origin.Text(await cluster.Key("a").Execute(origin.Fetch())));
        await cluster.Converged(cluster.Silos);
        // They are when they have compared what they hold.
        await Eventually.True(
            "4 members in sync", async () => (await cluster.Coordinator(added).GetCluster()).Nodes.Count(other => other is { Member: true, State: NodeState.InSync }), seen => seen == 4);
        var status = await cluster.Coordinator(added).GetCluster();
        Assert.Equal((false, null), (status.Migrating, status.Migration));
        Assert.Contains(status.Leader, cluster.Silos.Select(silo => silo.Name));
    }
}
