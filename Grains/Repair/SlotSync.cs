using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Grains.Traffic;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// Makes this silo's replica and another one equal in one slot: lists both, and redelivers to each what the other has newer. What is refused is settled with all replicas, and what
/// they have differently under one ballot goes to <see cref="CorruptionRepair"/>. Either may move on meanwhile: redelivery harms nothing.
/// </summary>
internal sealed partial class SlotSync(
    SlotQuestions questions, Settler settler, CorruptionRepair corruption, TopologyAgent topology, RepairCounters counters, ILogger<SlotSync> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>True where nothing is left that differed when the two were listed.</summary>
    public async Task<bool> Synchronize(ClusterMap map, Slot slot, NodeId peer)
    {
        var mine = await questions.ListAll(topology.Self, map.Epoch, slot);
        var theirs = await questions.ListAll(peer, map.Epoch, slot);
        if (mine is null || theirs is null) return false;

        var comparison = SlotComparison.Of(mine.Value.AsSpan(), theirs.Value.AsSpan());
        if (comparison.AreEqual) return true;
        var batch = new SettleBatch(comparison.Push.Length + comparison.Pull.Length);
        foreach (var (key, accepted) in comparison.Push) settler.Redeliver(key, accepted, [peer], 1, 0, batch);
        foreach (var (key, _) in comparison.Pull) settler.Fetch(key, peer, 0, batch);
        var failed = await batch.Failed;
        counters.OnRepairedKeys(comparison.Push.Length + comparison.Pull.Length - failed);
        LogSynchronized(slot, peer, comparison.Push.Length, comparison.Pull.Length, comparison.Corrupt.Length, failed);
        var corrupt = await corruption.Repair(map, slot, comparison.Corrupt);
        return failed == 0 && corrupt == 0;
    }

    [LoggerMessage(1311, LogLevel.Information,
        "Made {Slot} equal with node {Node}: {Pushed} keys were newer here, {Pulled} there, {Corrupt} differed under one ballot; {Failed} could not be brought over",
        EventName = "SlotSynchronized")]
    private partial void LogSynchronized(Slot slot, NodeId node, int pushed, int pulled, int corrupt, int failed);
}
