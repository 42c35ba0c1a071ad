using Orleans.Concurrency;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Grains.Changes;

/// <summary>
/// Passes questions about changes on to the silo they are for. One worker per silo: a waiting question costs it nothing but the call, and the order of a subscriber's filters is
/// in their numbers.
/// </summary>
[StatelessWorker(1), Reentrant]
internal sealed class ChangesGrain(TopologyAgent topology, ChangeFeed own, ChangesServiceClient services, GrainMeters meters) : Grain, IChangesGrain, IIncomingGrainCallFilter
{
    public async Task<FollowReply> Follow(string silo, FollowRequest request)
    {
        if (silo == topology.Self.Name) return own.Follow(request);
        if (Find(silo, out var detail) is not { } service) return new FollowReply { Status = FollowStatus.Unreachable, Detail = detail };
        try
        {
            return await service.Follow(request);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return new FollowReply { Status = FollowStatus.Unreachable, Detail = $"{silo} does not answer: {fault.Message}" };
        }
    }

    public async Task<ChangeBatch> Poll(string silo, PollRequest request)
    {
        if (silo == topology.Self.Name) return await own.Poll(request);
        if (Find(silo, out var detail) is not { } service) return new ChangeBatch { Status = ChangeStatus.Unreachable, Detail = detail };
        try
        {
            return await service.Poll(request);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return new ChangeBatch { Status = ChangeStatus.Unreachable, Detail = $"{silo} does not answer: {fault.Message}" };
        }
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => meters.Measure(context);

    private IChangesService? Find(string silo, out string? detail)
    {
        // Cut off, it speaks to nobody: see Peers.
        detail = topology.IsIsolated ? $"{topology.Self.Name} is cut off from the other silos" : $"{topology.Self.Name} knows of no silo {silo}";
        if (topology.IsIsolated) return null;
        foreach (var record in topology.View.Records)
        {
            if (record.Name == silo) return services.On(record.Silo);
        }

        return null;
    }
}
