namespace Orleans.Kv.Grains.Topology;

/// <summary>How a silo finds its place in the cluster map.</summary>
public sealed class TopologyOptions
{
    /// <summary>How many distinct nodes must be alive before the first map is formed: three, so that each key has its three copies.</summary>
    public int FormationSize { get; set; } = 3;

    /// <summary>
    /// How often a silo looks for a map while it has none, and how long it waits after a failed look. Nothing is polled once there is a map.
    /// </summary>
    public TimeSpan RetryPeriod { get; set; } = TimeSpan.FromMilliseconds(150);

    internal IEnumerable<string> Faults()
    {
        if (FormationSize is < 1 or > Consensus.Generation.MaxNodes)
            yield return $"{nameof(TopologyOptions)}.{nameof(FormationSize)} must be from 1 to {Consensus.Generation.MaxNodes}.";
        if (RetryPeriod <= TimeSpan.Zero) yield return $"{nameof(TopologyOptions)}.{nameof(RetryPeriod)} must be positive.";
    }
}
