using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Replicas;

/// <summary>What makes the silo's <see cref="Replica"/> reachable for other silos.</summary>
[Reentrant]
internal sealed class ReplicaService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory, Replica replica)
    : GrainService(grainId, silo, loggerFactory), IReplicaService
{
    public Task<DeliveryReply> Deliver(Guid store, byte[] frame) => replica.Handle(store, frame).AsTask();

    public Task<DeliveryReply> Ask(Guid store, byte[] frame) => replica.Ask(store, frame).AsTask();

    public Task<PendingReport> GetPending() => throw new NotSupportedException();

    public Task<bool> Replay(string name) => throw new NotSupportedException();

    public Task<ReplicaStatus> GetStatus() => Task.FromResult(replica.Status);

    public override Task Stop()
    {
        replica.Close();
        return base.Stop();
    }
}
