namespace Orleans.Kv.Grains.Reachability;

/// <summary>How a silo finds out whom it can reach.</summary>
public sealed class ReachabilityOptions
{
    /// <summary>How often each node is looked at, and pinged where nothing was heard from it for that long: a fraction of <see cref="SilentAfter"/>, so that one lost ping makes nobody unreachable.</summary>
    public TimeSpan PingPeriod { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How long a node is silent before it counts as unreachable, so that operations that need it are refused at once, or done without it, and nobody waits any more. Above any pause
    /// that a healthy silo makes; what a client waits for in the worst case.
    /// </summary>
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a silo that may have missed something asks whether it still has.</summary>
    public TimeSpan SyncPeriod { get; set; } = TimeSpan.FromMilliseconds(500);

    internal IEnumerable<string> Faults()
    {
        if (PingPeriod <= TimeSpan.Zero) yield return $"{nameof(ReachabilityOptions)}.{nameof(PingPeriod)} must be positive.";
        if (SilentAfter < 2 * PingPeriod) yield return $"{nameof(ReachabilityOptions)}.{nameof(SilentAfter)} must be at least twice {nameof(PingPeriod)}.";
        if (SyncPeriod <= TimeSpan.Zero) yield return $"{nameof(ReachabilityOptions)}.{nameof(SyncPeriod)} must be positive.";
    }
}
