using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replication;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// Makes good what this silo owes: as soon as something is, and again after a pause for as long as the node does not acknowledge it. What is sent is what the register holds
/// then, by ordinary redelivery; a key that failed a thousand times goes out once. Whole slots are compared after the keys. The node's replication grain is told, so
/// that it can say how things stand and wake everyone when the node is back.
/// </summary>
internal sealed partial class Replayer(
    PendingPushes pushes, TopologyAgent topology, Settler settler, SlotSync slots, RepairCounters counters, IGrainFactory grains,
    IOptions<RepairOptions> options, TimeProvider time, ILogger<Replayer> logger)
{
    private readonly ILogger _logger = logger;

    public async Task Run(CancellationToken stop)
    {
        while (await pushes.Owing.WaitToReadAsync(stop))
        {
            pushes.Owing.TryRead(out _);
            if (topology.View.Map is not { } map) continue;
            foreach (var debt in pushes.Debts)
            {
                if (!map.Contains(debt.Node)) pushes.Forget(debt.Node);
                else if (debt.TryBeginReplay()) _ = Replay(debt, map);
            }

            await Task.Delay(options.Value.ReplayRetry, time, stop);
            if (pushes.Debts.Any(static debt => !debt.IsEmpty)) pushes.Wake();
        }
    }

    private async Task Replay(NodeDebt debt, ClusterMap map)
    {
        try
        {
            var run = new ReplayRun(debt, map, settler, options.Value.ReplayWindow, counters);
            var isDrained = await run.Run() && await ReplaySlots(debt, map);
            if (run.Replayed > 0) LogReplayed(debt.Node, run.Replayed, debt.Status.Keys, debt.Status.Slots);
            else if (!isDrained) Tell(debt.Node);
        }
        catch (Exception fault)
        {
            // Nothing is lost: what was taken and not reported is found by comparing the replicas.
            LogFailed(debt.Node, fault);
        }
        finally
        {
            debt.EndReplay();
        }
    }

    private async Task<bool> ReplaySlots(NodeDebt debt, ClusterMap map)
    {
        while (debt.TryTake(out PendingSlot slot))
        {
            var placement = map[slot.Slot];
            if (!placement.Replicas.Contains(debt.Node))
            {
                debt.Done(slot);
                continue;
            }

            // One that is no replica itself cannot compare; those who are do so all the time.
            var isEqual = !placement.Replicas.Contains(topology.Self) || await slots.Synchronize(map, slot.Slot, debt.Node);
            if (!isEqual)
            {
                debt.Return(slot);
                return false;
            }

            debt.Done(slot);
            counters.OnReplayedSlot();
        }

        return true;
    }

    private void Tell(NodeId node)
    {
        try
        {
            _ = grains.GetGrain<IReplicationGrain>(node.Name).Owed();
        }
        catch (OrleansException fault)
        {
            // It is told again with the next attempt.
            LogFailed(node, fault);
        }
    }

    [LoggerMessage(1301, LogLevel.Information, "Replayed {Keys} keys to node {Node}; {Left} keys and {Slots} slots are still owed", EventName = "Replayed")]
    private partial void LogReplayed(NodeId node, int keys, int left, int slots);

    [LoggerMessage(1302, LogLevel.Warning, "The replay to node {Node} failed and is tried again", EventName = "ReplayFailed")]
    private partial void LogFailed(NodeId node, Exception fault);
}
