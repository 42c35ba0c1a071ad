using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// The planner of maps with a memory of its last answers: leaders ask it the same over and over, and an answer that looks at every slot of every generation takes longer
/// than all else that a schedule does.
/// </summary>
internal sealed class PlannerCache(MapPlannerOptions options)
{
    private readonly Dictionary<(Epoch, bool), (PlannedNode[] Nodes, MapPlan Plan)> _last = [];

    public Recovery? Recover(ClusterMap map, IReadOnlyCollection<PlannedNode> nodes) => MapPlanner.Recover(map, nodes, options);

    public MapPlan Plan(ClusterMap map, IEnumerable<PlannedNode> nodes, bool migrated)
    {
        // All that counts of how long a node has been dead is whether that is long enough.
        var asked = nodes.Select(node => node with { DeadFor = node.DeadFor >= (node.IsDurable ? options.DurableGrace : options.Grace) ? TimeSpan.MaxValue : TimeSpan.Zero }).ToArray();
        if (_last.TryGetValue((map.Epoch, migrated), out var last) && last.Nodes.AsSpan().SequenceEqual(asked))
            return last.Plan;
        var plan = MapPlanner.Plan(map, asked, migrated, options);
        _last[(map.Epoch, migrated)] = (asked, plan);
        return plan;
    }
}
