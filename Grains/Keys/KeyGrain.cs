using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Leaving;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Placement;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Keys;

/// <summary>
/// A key's own proposer, on a silo that holds a copy of the key. All operations of the key come together here, which is what makes the short path
/// short: nobody else moves the ballot, so a write is one round trip, a read moves no value, and operations that arrive during a round share
/// the next one. None of this is needed for safety: other activations and coordinators may propose at the same time.
/// </summary>
[Reentrant, ReplicaPlacement]
internal sealed class KeyGrain(SiloProposing silo, AvailabilityGate gate, GrainMeters meters, Departure departure) : Grain, IKeyGrain
{
    private readonly CallMeter _calls = meters.Of(typeof(KeyGrain));
    private ProposerHost? _proposer;
    private ClusterView? _placedUnder;

    public ValueTask<OperationReply> Execute(OperationRequest request) => SiloTraces.IsOn
        ? SiloTraces.Operation(silo.Silo, "key-grain", request, this, static (self, request) => self.Carry(request))
        : Carry(request);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _proposer?.Close();
        return Task.CompletedTask;
    }

    private ValueTask<OperationReply> Carry(OperationRequest request)
    {
        var view = silo.Topology.View;
        if (view.Map is not { } map)
            return new(OperationMapping.Refuse(ReplyStatus.Forming, silo.Silo, "the cluster has no map yet: too few nodes have joined"));

        if (!ReferenceEquals(view, _placedUnder)) Reconsider(view, map);
        if (departure.HasBegun) Leave();
        if (_proposer is null)
        {
            if (!Key.TryFrom(GrainContext.GrainId.Key.AsSpan(), out var key, out var fault))
                return new(OperationMapping.Refuse(ReplyStatus.Invalid, silo.Silo, fault));
            _proposer = new ProposerHost(key, map, silo, GrainContext.Scheduler);
        }

        return gate.Execute(_proposer, request, _calls);
    }

    /// <summary>Ends with what it is doing now; whatever waits for it then goes on to its successor elsewhere.</summary>
    private void Leave()
    {
        departure.Arrived();
        // Not only deactivate: those who know it to be here could bring it back here.
        MigrateOnIdle();
    }

    /// <summary>Leaves, when idle, a silo that holds no copy of the key, if one that does is there to take over.</summary>
    private void Reconsider(ClusterView view, ClusterMap map)
    {
        if (!Key.TryFrom(GrainContext.GrainId.Key.AsSpan(), out var key, out _)) return;
        var better = false;
        foreach (var node in map[key].Replicas)
        {
            if (node == silo.Topology.Self)
            {
                _placedUnder = view;
                return;
            }

            better |= view.AddressOf(node) is not null && !silo.Traffic.IsSilent(node);
        }

        // With nobody to go to it looks again with the next operation.
        if (!better) return;
        _placedUnder = view;
        MigrateOnIdle();
    }
}
