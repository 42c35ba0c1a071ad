using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Repair;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Replication;

/// <summary>Tells what this silo knows of how the others are behind, and has it replayed on request.</summary>
internal sealed class PendingReporter(TopologyAgent topology, PendingPushes pushes, AntiEntropy antiEntropy)
{
    public PendingReport Compose()
    {
        var map = topology.View.Map;
        var nodes = map is null ? [] : map.Generations.SelectMany(static generation => generation.Nodes).Where(node => node != topology.Self);
        var owed = pushes.Debts.Select(static debt => debt.Node);
        return new PendingReport
        {
            Silo = topology.Self.Name,
            Epoch = map?.Epoch.Number ?? 0,
            Nodes = [.. nodes.Union(owed).Where(node => map is not null && map.Contains(node)).Select(Describe)],
        };
    }

    /// <summary>Has whatever is owed to the silo of that name be replayed now; false where nothing is.</summary>
    public bool Replay(string name)
    {
        if (!pushes.Debts.Any(debt => debt.Node.Name == name && !debt.IsEmpty)) return false;
        pushes.Wake();
        return true;
    }

    private NodePending Describe(NodeId node)
    {
        var debt = pushes.Find(node)?.Status ?? default;
        var comparison = antiEntropy.With(node);
        return new NodePending
        {
            Name = node.Name,
            Store = node.Store.Value.ToString("N"),
            Keys = debt.Keys,
            Slots = debt.Slots,
            Bytes = debt.Bytes,
            OldestAge = debt.OldestAge,
            LastSuccessAge = debt.LastSuccessAge,
            Replayed = debt.Replayed,
            Replaying = debt.Replaying,
            ComparedEpoch = comparison.Epoch,
            DifferingSlots = comparison.Differing,
        };
    }
}
