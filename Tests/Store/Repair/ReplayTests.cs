using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Repair;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Repair;

/// <summary>Nothing is compared in these tests: what comes right does so by replay.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task NodeThatWasSilent_GetsExactlyTheKeysItMissed()
    {
        await using var cluster = await RepairCluster.Start();
        var before = await cluster.Store("before-", 500);
        await cluster.Equal(before);
        Assert.Equal(0, cluster.Sum(counters => counters.ReplayedKeys));

        cluster.Stall(2);
        var missed = cluster.LedByOthers(2, await cluster.Store("missed-", 300));
        // Twice: what is owed is the key, not the write.
        await cluster.Store("missed-", 300, "2");
        await Eventually.Seen("every missed key owed", () => Pending(cluster), pending => pending == missed.Count);
        // Until the last push of all has failed: one that fails after the key was replayed has it replayed again, to be safe.
        await Task.Delay(RepairCluster.BatchTimeout * 2);
        Assert.Equal(missed.Count, Pending(cluster));
        AssertBehind(cluster, missed, atLeast: missed.Count * 9 / 10);

        cluster.Resume(2);
        await cluster.Equal(missed.Concat(before));
        await Eventually.Seen("nothing owed", () => Pending(cluster), pending => pending == 0);
        Assert.Equal(missed.Count, cluster.Sum(counters => counters.ReplayedKeys));
        Assert.Equal(0, cluster.Sum(counters => counters.RepairedKeys));
    }

    [Fact]
    public async Task PastItsBound_WholeSlotsAreOwed_AndMadeGoodAllTheSame()
    {
        await using var cluster = await RepairCluster.Start(options => options.PendingKeysPerNode = 20);
        cluster.Stall(2);
        var missed = cluster.LedByOthers(2, await cluster.Store("bounded-", 600));
        await Eventually.Seen("slots owed", () => Statuses(cluster).Sum(debt => debt.Slots), slots => slots > 100);
        Assert.All(Statuses(cluster), debt => Assert.InRange(debt.Keys, 0, 20));
        AssertBehind(cluster, missed, atLeast: 100);

        cluster.Resume(2);
        await cluster.Equal(missed);
        await Eventually.Seen("nothing owed", () => Statuses(cluster).Sum(debt => debt.Keys + debt.Slots), owed => owed == 0);
        Assert.True(cluster.Sum(counters => counters.ReplayedSlots) > 100);
        Assert.True(cluster.Sum(counters => counters.RepairedKeys) > 100);
    }

    [Fact]
    public async Task ReplicationGrain_TellsWhatASilentSiloMisses_AndWhenItIsInSyncAgain()
    {
        await using var cluster = await RepairCluster.Start();
        var name = cluster.Silos[2].Name;
        var grain = cluster.Cluster.Grains.GetGrain<IReplicationGrain>(name);
        await Eventually.True("in sync", async () => await grain.GetStatus(), status => status.InSync);

        cluster.Stall(2);
        await cluster.Store("told-", 100);
        await Eventually.True("the pushes that are owed", async () => await grain.GetStatus(), status =>
            status is { InSync: false, Pending: > 0, Bytes: > 0, OldestAge: >= 0, Reason: { } } && status.Name == name);
        var seen = await cluster.Cluster.Coordinator(cluster.Silos[0]).GetCluster();
        Assert.All(seen.Nodes, node => Assert.Equal(node.Name == name, node.Pending > 0));
        foreach (var other in cluster.Silos.Take(2))
        {
            var status = await cluster.Cluster.Grains.GetGrain<IReplicationGrain>(other.Name).GetStatus();
            Assert.Equal(other.Name, status.Name);
        }

        cluster.Resume(2);
        await Eventually.True("in sync again", async () => await grain.GetStatus(), status =>
            status is { InSync: true, Reason: null, Pending: 0, PendingSlots: 0, OldestAge: null, LastSuccessAge: not null, Replayed: > 0 });
    }

    [Fact]
    public async Task SiloThatNobodyKnows_IsNotInSync_AndTheAnswerSaysWhy()
    {
        await using var cluster = await RepairCluster.Start();
        var status = await cluster.Cluster.Grains.GetGrain<IReplicationGrain>("nobody").GetStatus();
        Assert.False(status.InSync);
        Assert.Contains("registered", status.Reason, StringComparison.Ordinal);
    }

    // To a peer that is known to be silent goes one batch at a time; what was in those did arrive, though nobody heard of it.
    private static void AssertBehind(RepairCluster cluster, List<Key> keys, int atLeast)
    {
        var behind = keys.Count(key => cluster.Registers(key) is var registers && registers[2].Accepted < registers[0].Accepted);
        Assert.True(behind >= atLeast, $"only {behind} of {keys.Count} keys are missing on the silent node");
    }

    private static long Pending(RepairCluster cluster) => Statuses(cluster).Sum(debt => (long)debt.Keys);

    private static List<DebtStatus> Statuses(RepairCluster cluster) =>
        [.. Enumerable.Range(0, 2).Select(silo => cluster.DebtOf(silo, to: 2)?.Status ?? default)];
}
