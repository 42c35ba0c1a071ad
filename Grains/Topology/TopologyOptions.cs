using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Topology;

/// <summary>How a silo finds its place in the cluster map, and how patient the map is with nodes that die.</summary>
public sealed class TopologyOptions
{
    /// <summary>How many distinct nodes must be alive before the first map is formed: three, so that each key has its three copies.</summary>
    public int FormationSize { get; set; } = 3;

    /// <summary>
    /// How often a silo looks for a map while it has none, and how long it waits after a failed look. Nothing is polled once there is a map.
    /// </summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>How long a node whose store is in memory must have been dead before it leaves the map: see <see cref="MapPlannerOptions.Grace"/>.</summary>
    public TimeSpan Grace { get; set; } = MapPlannerOptions.Default.Grace;

    /// <summary>The same for a node whose store outlives its process: see <see cref="MapPlannerOptions.DurableGrace"/>.</summary>
    public TimeSpan DurableGrace { get; set; } = MapPlannerOptions.Default.DurableGrace;

    internal MapPlannerOptions ToPlanner() => new() { FormationSize = FormationSize, Grace = Grace, DurableGrace = DurableGrace };

    internal IEnumerable<string> Faults()
    {
        if (FormationSize is < 1 or > Generation.MaxNodes)
            yield return $"{nameof(TopologyOptions)}.{nameof(FormationSize)} must be from 1 to {Generation.MaxNodes}.";
        if (RetryPeriod <= TimeSpan.Zero) yield return $"{nameof(TopologyOptions)}.{nameof(RetryPeriod)} must be positive.";
        if (Grace < TimeSpan.Zero) yield return $"{nameof(TopologyOptions)}.{nameof(Grace)} must not be negative.";
        if (DurableGrace < Grace) yield return $"{nameof(TopologyOptions)}.{nameof(DurableGrace)} must be at least {nameof(Grace)}.";
    }
}
