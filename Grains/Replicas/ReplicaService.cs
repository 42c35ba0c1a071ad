using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Conflicts;
using Orleans.Kv.Grains.Coordination;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Replication;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Replicas;

/// <summary>What makes the silo's <see cref="Replica"/> reachable for other silos.</summary>
[Reentrant]
internal sealed class ReplicaService(GrainId grainId, Silo silo, ILoggerFactory loggerFactory, Replica replica, PendingReporter pending, LocalCopies copies, PendingDesk writes, LocalConflicts conflicts, OwnStatus own, TopologyAgent topology, GrainMeters meters)
    : GrainService(grainId, silo, loggerFactory), IReplicaService
{
    private readonly CallMeter _calls = meters.Of(typeof(ReplicaService));

    // Rounds are made of this one. The others are rare, or as short as a look into a table: their time would say nothing, and hide this one's.
    public Task<DeliveryReply> Deliver(Guid store, byte[] frame) => _calls.Follow(Stopwatch.GetTimestamp(), SiloTraces.IsOn
        ? SiloTraces.Replica(topology.Self.Name, () => replica.Handle(store, frame).AsTask())
        : replica.Handle(store, frame).AsTask());

    public Task<DeliveryReply> Ask(Guid store, byte[] frame) => replica.Ask(store, frame).AsTask();

    public Task<PendingReport> GetPending() => Task.FromResult(pending.Compose());

    public Task<bool> Replay(string name) => Task.FromResult(pending.Replay(name));

    public Task<ReplicaStatus> GetStatus() => Task.FromResult(own.Compose());

    public Task<PeekReply> Peek(PeekRequest request) => Task.FromResult(copies.Peek(request));

    public Task<bool> Keep(KeptWrite write) => Task.FromResult(writes.Keep(write));

    public Task<bool[]> Holds(WriteName[] names) => Task.FromResult(writes.Holds(names));

    public Task Drop(WriteName[] names)
    {
        writes.Drop(names);
        return Task.CompletedTask;
    }

    public Task<ConflictedKeys> ListConflicted(string? from, int limit) => Task.FromResult(conflicts.List(from, limit));

    public Task<Guid> Ping() => Task.FromResult(replica.Store.Value);

    public override Task Stop()
    {
        replica.Close();
        return base.Stop();
    }
}
