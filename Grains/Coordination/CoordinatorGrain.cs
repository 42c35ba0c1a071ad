using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Listing;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Observing;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Coordination;

/// <summary>
/// This silo's proposer for keys whose own grain does not answer. One worker per silo, so that the operations of one key meet in one proposer here as
/// well; it keeps the proposers of the last keys, so that an outage costs each key one prepare.
/// </summary>
[StatelessWorker(1), Reentrant]
internal sealed class CoordinatorGrain(
    SiloProposing silo, AvailabilityGate gate, ClusterReport report, ReportGatherer reports, ModeSwitch modes, KeyLister lister, GrainMeters meters, TimeProvider time)
    : Grain, ICoordinatorGrain, IIncomingGrainCallFilter
{
    private readonly RecentProposers _proposers = new(silo.CoordinatedKeys);

    public ValueTask<OperationReply> Execute(string key, OperationRequest request) => SiloTraces.IsOn
        ? SiloTraces.Operation(silo.Silo, "coordinator", request, (Self: this, Key: key), static (call, request) => call.Self.Carry(call.Key, request))
        : Carry(key, request);

    public ValueTask<BatchReply> ExecuteBatch(BatchRequest batch) => new(new BatchRunner(batch, GrainFactory, silo.Silo, time).Run());

    public ValueTask<ClusterStatus> GetCluster() => report.Compose();

    public ValueTask<MonitoringReport> GatherReports() => new(reports.Gather());

    public ValueTask<ModeReply> SetMode(int mode) => modes.Set(mode);

    // A worker, too: these calls do not leave the silo.
    public ValueTask<ConflictPage> ListConflicts(string? after, int limit) => GrainFactory.GetGrain<IConflictGrain>(0).List(after, limit);

    public ValueTask<ConflictDeletion> DeleteConflict(string id) => GrainFactory.GetGrain<IConflictGrain>(0).Delete(id);

    // Not in this worker's turns: uniting pages takes milliseconds, which operations of keys would wait behind.
    public ValueTask<KeyPage> ListKeys(KeyListRequest request) => new(Task.Run(() => lister.List(request).AsTask()));

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _proposers.Close();
        return Task.CompletedTask;
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => meters.Measure(context);

    private ValueTask<OperationReply> Carry(string key, OperationRequest request)
    {
        if (silo.Topology.View.Map is not { } map)
            return new(OperationMapping.Refuse(ReplyStatus.Forming, silo.Silo, "the cluster has no map yet: too few nodes have joined"));
        if (!Key.TryFrom(key, out var parsed, out var fault)) return new(OperationMapping.Refuse(ReplyStatus.Invalid, silo.Silo, fault));

        var proposer = _proposers.Find(parsed);
        if (proposer is null)
        {
            proposer = new ProposerHost(parsed, map, silo, GrainContext.Scheduler);
            _proposers.Add(proposer);
        }

        return gate.Execute(proposer, request);
    }
}
