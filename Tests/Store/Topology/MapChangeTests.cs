using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Kv.Tests.Store.Clusters;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Topology;

/// <summary>The map follows the silos, and the keys follow the map.</summary>
public sealed class MapChangeTests
{
    private const int Keys = 2_000;

    [Fact]
    public async Task SilosKilledOneAfterAnother_LeaveTheLastOneWithEverything_AndItsSuccessorsGetEverything()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys);
        await bulk.Write(silos[0]);
        var load = new Load(cluster, keys: 6, clients: 4, seed: 31, coordinated: 0.5) { Alive = [silos[0]] };
        using var stop = new CancellationTokenSource();
        var running = load.Run(int.MaxValue, stop.Token);

        await cluster.Kill(silos[2]);
        await cluster.Converged(silos[0], silos[1]);
        await cluster.Kill(silos[1]);
        await cluster.Converged(silos[0]);
        await bulk.AssertAllRead(silos[0]);

        silos[1] = await cluster.Restart(silos[1]);
        silos[2] = await cluster.Restart(silos[2]);
        await cluster.Converged(silos);
        var answered = load.Answered;
        await Eventually.Seen("a load that goes on", () => load.Answered, seen => seen > answered + 200);
        await stop.CancelAsync();
        await running;
        load.AssertLinearizable(leastAnswered: 500);

        var others = new BulkKeys(cluster, Keys);
        load.Alive = [silos[1]];
        await cluster.Kill(silos[0]);
        await cluster.Converged(silos[1], silos[2]);
        await others.AssertAllRead(silos[1]);
        await others.AssertAllRead(silos[2]);
    }

    [Fact]
    public async Task AFourthSilo_TakesOverAboutAQuarterOfTheCopies()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys);
        await bulk.Write(silos[0]);

        silos.Add(await cluster.Add());
        await cluster.Converged(silos);

        await bulk.HeldBy(silos);
        Assert.InRange(bulk.Held(silos[3]), (long)(Keys * 3 * 0.20), (long)(Keys * 3 * 0.30));
        Assert.Equal(Keys * 3, silos.Sum(bulk.Held));
        await bulk.AssertAllRead(silos[3]);
    }

    [Fact]
    public async Task ADrainedSilo_LeavesWithoutAPause_AndStaysOutUntilItsProcessIsAnotherOne()
    {
        await using var cluster = await StoreCluster.Start(silos: 3, formation: 3);
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, Keys);
        await bulk.Write(silos[0]);
        var load = new Load(cluster, keys: 6, clients: 4, seed: 32, coordinated: 0.2) { Alive = [silos[0], silos[1]] };
        using var stop = new CancellationTokenSource();
        var running = load.Run(int.MaxValue, stop.Token);

        Assert.Equal(DrainStatus.Unknown, (await cluster.Topology(silos[0]).Drain("nobody")).Status);
        var reply = await cluster.Topology(silos[0]).Drain(silos[2].Name);
        Assert.True(reply.Status is DrainStatus.Draining or DrainStatus.Drained, $"{reply.Status}: {reply.Detail}");
        await cluster.Converged(silos[0], silos[1]);
        var epoch = cluster.MapOf(silos[0])!.Epoch;
        var status = await cluster.Coordinator(silos[0]).GetCluster();
        var drained = Assert.Single(status.Nodes, node => node.Name == silos[2].Name);
        Assert.Equal((NodeState.Draining, false), (drained.State, drained.Member));
        await Eventually.Seen("a drained silo that holds nothing any more", () => bulk.Held(silos[2]), held => held == 0);
        Assert.Equal(DrainStatus.Drained, (await cluster.Topology(silos[1]).Drain(silos[2].Name)).Status);
        Assert.Equal(epoch, cluster.MapOf(silos[0])!.Epoch);
        await Eventually.Seen("enough answers to make a test", () => load.Answered, answered => answered > 400);
        await stop.CancelAsync();
        await running;
        load.AssertLinearizable(leastAnswered: 300);
        Assert.True(load.LongestGap < TimeSpan.FromSeconds(1.5), $"a key went {load.LongestGap} without an answer");

        await cluster.Stop(silos[2]);
        silos[2] = await cluster.Restart(silos[2]);
        await cluster.Converged(silos);
        await bulk.HeldBy(silos);
    }

    [Fact]
    public async Task TheLastNode_CannotBeDrained()
    {
        await using var cluster = await StoreCluster.Start(silos: 1);
        Assert.Equal(DrainStatus.LastNode, (await cluster.Topology(cluster.Silos[0]).Drain(cluster.Silos[0].Name)).Status);
    }

    [Fact]
    public async Task AMajorityLostAtOnce_IsHeldAndReported_UntilAnOperatorRecovers()
    {
        // On a busy machine the two may end further apart than the usual grace, and the first one then leaves the map in good order.
        await using var cluster = await StoreCluster.Start(
            configure: static (_, silo) => silo.Configure<TopologyOptions>(static options => options.Grace = TimeSpan.FromSeconds(50)));
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, 200);
        await bulk.Write(silos[0]);
        Assert.Equal(RecoverStatus.NotNeeded, (await cluster.Topology(silos[0]).Recover(apply: false)).Status);

        await Task.WhenAll(cluster.Kill(silos[1]), cluster.Kill(silos[2]));
        await Eventually.True(
            "a report of the lost majority",
            async () => string.Join(' ', (await cluster.Coordinator(silos[0]).GetCluster()).MajorityLost.Order()),
            names => names == string.Join(' ', silos.Skip(1).Select(silo => silo.Name).Order()));
        var origin = new Origin();
        Assert.NotEqual(ReplyStatus.Done, (await cluster.Coordinator(silos[0]).Execute("bulk-1", origin.Fetch())).Status);
        Assert.Equal(1, cluster.MapOf(silos[0])!.Epoch.Number);

        var plan = await cluster.Topology(silos[0]).Recover(apply: false);
        Assert.Equal((RecoverStatus.Planned, 1024, 0, 1L), (plan.Status, plan.SlotsAtRisk, plan.SlotsGone, plan.Epoch));
        Assert.Equal(silos.Skip(1).Select(silo => silo.Name).Order(), plan.Lost.Order());
        Assert.Equal([silos[0].Name], plan.Survivors);
        var done = await cluster.Topology(silos[0]).Recover(apply: true);
        Assert.Equal((RecoverStatus.Applied, 2L), (done.Status, done.Epoch));
        await cluster.Converged(silos[0]);
        await bulk.AssertAllRead(silos[0]);

        silos[1] = await cluster.Restart(silos[1]);
        await cluster.Converged(silos[0], silos[1]);
        await bulk.HeldBy(silos[0], silos[1]);
    }

    [Fact]
    public async Task AllLost_TheClusterBeginsAgain_EmptyAndUnderALaterEpoch()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        await new BulkKeys(cluster, 50).Write(silos[0]);
        await Task.WhenAll(silos.Select(cluster.Kill));
        for (var i = 0; i < silos.Count; i++) silos[i] = await cluster.Restart(silos[i]);

        await cluster.Converged(silos);
        Assert.True(cluster.MapOf(silos[0])!.Epoch.Number > 1);
        var origin = new Origin();
        Assert.Equal(ReplyStatus.NotFound, (await cluster.Coordinator(silos[1]).Execute("bulk-1", origin.Fetch())).Status);
        Assert.Equal(ReplyStatus.Done, (await cluster.Coordinator(silos[1]).Execute("bulk-1", origin.Store("1"))).Status);
    }

    [Fact]
    public async Task ExcludedWhileAlive_TheSiloWipesItsStore_AndComesBackAsAnotherNode()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, 300);
        await bulk.Write(silos[0]);
        var former = cluster.NodeOf(silos[2]);
        await Exclude(cluster, silos[2]);

        await Eventually.Seen("another store", () => cluster.NodeOf(silos[2]), node => node.Store != former.Store && node.Name == former.Name);
        await cluster.Converged(silos);
        await bulk.HeldBy(silos);
        await bulk.AssertAllRead(silos[2]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ExcludedWhileCutOff_TheSiloKeepsItsStore_UntilTheOthersAnswer(bool knowsThatItIsCutOff)
    {
        var lines = new Lines();
        await using var cluster = await StoreCluster.Start(configure: (_, silo) => lines.AddTo(silo));
        var silos = cluster.Silos.ToList();
        var bulk = new BulkKeys(cluster, 100);
        await bulk.Write(silos[0]);
        await cluster.Converged(silos);
        var former = cluster.NodeOf(silos[2]);
        var watch = cluster.Service<ReachabilityWatch>(silos[2]);
        lines.HangAround(silos[2].Name, silos.Select(static silo => silo.Name));
        if (knowsThatItIsCutOff) await Eventually.Seen("nobody within reach", () => silos.Take(2).Count(silo => watch.CanReach(cluster.NodeOf(silo))), count => count == 0);
        // Otherwise as in the first moments of a silo: nothing is known against anybody, and nobody was heard.
        else cluster.Service<Hearings>(silos[2]).Forget(static _ => true);

        await Exclude(cluster, silos[2]);
        await Eventually.Seen("a map without it", () => cluster.MapOf(silos[2])!.Contains(former), isMember => !isMember);
        // Long enough for several looks by whoever might wipe it.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(former, cluster.NodeOf(silos[2]));

        lines.Heal();
        await Eventually.Seen("another store", () => cluster.NodeOf(silos[2]), node => node.Store != former.Store && node.Name == former.Name);
        await cluster.Converged(silos);
        await bulk.HeldBy(silos);
        await bulk.AssertAllRead(silos[2]);
    }

    /// <summary>What a leader that takes a silo for dead does, while the silo is only slow: here in one step, as the copies of three nodes are the same.</summary>
    private static async Task Exclude(StoreCluster cluster, InProcessSiloHandle silo)
    {
        var map = cluster.MapOf(silo)!;
        var others = map.Newest.Nodes.Remove(cluster.NodeOf(silo));
        var next = new Consensus.ClusterMap(map.Epoch.Next(), map.Mode, [map.Newest, new Consensus.Generation(others)]);
        Assert.True(await cluster.Authority.TryInstall(
            Consensus.ClusterMapCodec.ToArray(next), next.Epoch.Number, map.Epoch.Number, [.. map.Newest.Nodes.Select(ClusterView.StoreOf)], CancellationToken.None));
        cluster.Service<TopologyAgent>(silo).Refresh();
    }
}
