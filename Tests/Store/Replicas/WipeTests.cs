using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Replicas;

public sealed class WipeTests
{
    [Fact]
    public async Task MemberOfTheMap_IsNotWiped()
    {
        await using var cluster = await RepairCluster.Start();
        var keys = await cluster.Store("member-", 10);
        await cluster.Equal(keys);
        var store = cluster.ReplicaOf(0).Store;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cluster.ReplicaOf(0).Wipe());
        Assert.Equal(store, cluster.ReplicaOf(0).Store);
        Assert.Equal(10, cluster.ReplicaOf(0).Status.Keys);
    }

    [Fact]
    public async Task StoreOutsideTheMap_IsAnotherOneAfterTheWipe_AndAnswersNothingInTheNameOfTheFormer()
    {
        await using var cluster = await StoreCluster.Start(silos: 1);
        var topology = cluster.Service<TopologyAgent>(cluster.Silos[0]);
        var storage = new MemoryRegisterStorage();
        var replica = new Replica(new SiloMemory(storage), topology, new ChangeFeed(TimeProvider.System, new ChangeCounters(), NullLogger<ChangeFeed>.Instance), Options.Create(new ReplicaOptions()), new NoFatalErrors(), NullLogger<Replica>.Instance);
        var former = replica.Store;
        var question = SlotCodec.Write(new DigestRequest(topology.View.Epoch, 1, []));
        Assert.Equal(DeliveryStatus.Delivered, (await replica.Ask(former.Value, question)).Status);

        var store = await replica.Wipe();
        Assert.NotEqual(former, store);
        Assert.Equal(store, storage.Store);
        Assert.Equal(store.Value, replica.Status.Store);
        Assert.Equal(DeliveryStatus.AnotherStore, (await replica.Ask(former.Value, question)).Status);
        Assert.Equal(DeliveryStatus.AnotherStore, (await replica.Handle(former.Value, [])).Status);
        Assert.Equal(DeliveryStatus.Delivered, (await replica.Ask(store.Value, question)).Status);
    }

    private sealed class NoFatalErrors : IFatalErrorHandler
    {
        public bool IsUnexpected(Exception exception) => true;

        public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null) => Assert.Fail($"{context}: {exception}");
    }
}
