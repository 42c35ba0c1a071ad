using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Repair;

/// <summary>How a silo keeps the replicas equal: replay of failed pushes, comparison, purge.</summary>
public sealed class RepairOptions
{
    /// <summary>
    /// How many keys this silo keeps one by one for each node that does not acknowledge its pushes; past that whole slots are owed. See <see cref="PendingSet"/>.
    /// </summary>
    public int PendingKeysPerNode { get; set; } = PendingSet.DefaultMaxKeys;

    /// <summary>
    /// How long a replay that failed waits before it tries again, with one message. Short, as the bound on how long a node that is back stays behind; a message
    /// that often to a node that is away is no burden.
    /// </summary>
    public TimeSpan ReplayRetry { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many keys a replay has under way at once: some frames' worth, so that other people's writes to that node do not wait behind all of them.</summary>
    public int ReplayWindow { get; set; } = 512;

    /// <summary>How often replicas are compared, beside once after every change of the map.</summary>
    public TimeSpan ComparePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many bytes of states are read against their hashes in one <see cref="ComparePeriod"/>, at some gigabytes per second; a larger store takes several periods
    /// for one pass.
    /// </summary>
    public long ScrubBytesPerPeriod { get; set; } = 1L << 30;

    /// <summary>How often deleted keys are looked for that nobody can ask for any more.</summary>
    public TimeSpan PurgePeriod { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the stamp of a deleted key and every deadline it remembers must have passed before it is purged. Safe at zero; but an operation of a client whose clock is
    /// behind by more than this is refused as too late.
    /// </summary>
    public TimeSpan PurgeAge { get; set; } = TimeSpan.FromMinutes(1);

    internal IEnumerable<string> Faults()
    {
        if (PendingKeysPerNode < 1) yield return $"{nameof(RepairOptions)}.{nameof(PendingKeysPerNode)} must be positive.";
        if (ReplayRetry <= TimeSpan.Zero) yield return $"{nameof(RepairOptions)}.{nameof(ReplayRetry)} must be positive.";
        if (ReplayWindow < 1) yield return $"{nameof(RepairOptions)}.{nameof(ReplayWindow)} must be positive.";
        if (ComparePeriod <= TimeSpan.Zero) yield return $"{nameof(RepairOptions)}.{nameof(ComparePeriod)} must be positive.";
        if (ScrubBytesPerPeriod < 1) yield return $"{nameof(RepairOptions)}.{nameof(ScrubBytesPerPeriod)} must be positive.";
        if (PurgePeriod <= TimeSpan.Zero) yield return $"{nameof(RepairOptions)}.{nameof(PurgePeriod)} must be positive.";
        if (PurgeAge < TimeSpan.Zero) yield return $"{nameof(RepairOptions)}.{nameof(PurgeAge)} must not be negative.";
    }
}
