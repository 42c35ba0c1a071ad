namespace Orleans.Kv.Consensus;

/// <summary>How patient the planner of maps is.</summary>
public sealed class MapPlannerOptions
{
    public static readonly MapPlannerOptions Default = new();

    /// <summary>How many nodes form the first map: three, so that each key has its three copies from the start.</summary>
    public int FormationSize { get; init; } = Generation.Replicas;

    /// <summary>The write quorum of every generation that the planner adds.</summary>
    public WriteQuorum WriteQuorum { get; init; } = WriteQuorum.Majority;

    /// <summary>
    /// How long a node with a store in memory must have been dead before it is removed. What it held is gone with its process, so waiting gains nothing but calm: five
    /// seconds gather what dies together into one change, and leave time to start the process again.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The same for a store that outlives its process: long enough for a machine to start again, as its return costs the replay of what it missed, and its removal
    /// a copy of everything it held.
    /// </summary>
    public TimeSpan DurableGrace { get; init; } = TimeSpan.FromMinutes(5);

    /// <exception cref="ArgumentException">Lists every setting that makes no sense.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (FormationSize is < 1 or > Generation.MaxNodes)
            faults.Add($"{nameof(FormationSize)} must be from 1 to {Generation.MaxNodes}");
        if (WriteQuorum is not (WriteQuorum.Majority or WriteQuorum.All))
            faults.Add($"{nameof(WriteQuorum)} must be majority or all");
        if (Grace < TimeSpan.Zero)
            faults.Add($"{nameof(Grace)} must not be negative");
        if (DurableGrace < Grace)
            faults.Add($"{nameof(DurableGrace)} must be at least {nameof(Grace)}");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults));
    }
}
