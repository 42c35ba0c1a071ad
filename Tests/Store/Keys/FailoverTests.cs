using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Keys;

/// <summary>A silo dies under load.</summary>
public sealed class FailoverTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SiloKilledUnderLoad_LosesNothing_AndStopsNobodyForLong(int victim)
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        var load = new Load(cluster, keys: 6, clients: 6, seed: 20 + victim, coordinated: 0);
        using var stop = new CancellationTokenSource();
        var running = load.Run(int.MaxValue, stop.Token);
        await Eventually.Seen("a running load", () => load.Answered, answered => answered > 300);

        load.Alive = [.. silos.Where(silo => silo != silos[victim])];
        await cluster.Kill(silos[victim]);
        var before = load.Answered;
        await Eventually.Seen("a load that goes on", () => load.Answered, answered => answered > before + 600);
        await stop.CancelAsync();
        await running;

        load.AssertLinearizable(leastAnswered: 900);
        Assert.True(load.LongestGap < TimeSpan.FromSeconds(1.5), $"a key went {load.LongestGap} without an answer");
        var status = await cluster.Coordinator(load.Alive[0]).GetCluster();
        // By now it may have left the map, and is no longer listed.
        Assert.DoesNotContain(status.Nodes, node => node.Name == silos[victim].Name && node.State is not (NodeState.Dead or NodeState.Partitioned));
        Assert.All(load.Alive, silo => Assert.Contains(status.Nodes, node => node.Name == silo.Name && node.Member));
    }

    [Fact]
    public async Task AcknowledgedWrites_OutliveTheSiloThatAcknowledgedThem()
    {
        await using var cluster = await StoreCluster.Start();
        var origin = new Origin();
        var silos = cluster.Silos.ToList();
        for (var i = 0; i < 60; i++) Assert.Equal(ReplyStatus.Done, (await cluster.Key("kept-" + i).Execute(origin.Store(Origin.Json(i)))).Status);

        await cluster.Kill(silos[0]);
        for (var i = 0; i < 60; i++)
        {
            var reply = await cluster.Coordinator(silos[1 + (i % 2)]).Execute("kept-" + i, origin.Fetch());
            Assert.Equal((ReplyStatus.Done, Origin.Json(i)), (reply.Status, Origin.Text(reply)));
        }
    }

    [Fact]
    public async Task AnswerLostWithItsSilo_IsGivenAgainByAnotherOne_AndTheWriteHappenedOnce()
    {
        var gate = new AnswerGate();
        await using var cluster = await StoreCluster.Start(configure: (_, silo) => silo.AddIncomingGrainCallFilter(gate.Hold));
        var origin = new Origin();
        const string Key = "between-commit-and-answer";
        await cluster.Key(Key).Execute(origin.Store("0"));
        var host = await cluster.HostOf(Key);

        var swap = origin.TestAndSet("0", "1");
        gate.Arm(swap.Number);
        var lost = cluster.Key(Key).Execute(swap).AsTask();
        // The operation is committed and its answer is on its way out of the silo when the silo dies.
        var held = await gate.Held.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(held.Swapped);
        var others = cluster.Silos.Where(silo => silo != host).ToList();
        await cluster.Kill(host);

        foreach (var silo in others)
        {
            var again = await cluster.Coordinator(silo).Execute(Key, swap);
            Assert.Equal((ReplyStatus.Done, true, held.Version), (again.Status, again.Swapped, again.Version));
        }

        var fetched = await cluster.Coordinator(others[0]).Execute(Key, origin.Fetch());
        Assert.Equal(("1", held.Version), (Origin.Text(fetched), fetched.Version));
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost.WaitAsync(TimeSpan.FromMilliseconds(1)));
    }
}
