namespace Orleans.Kv.Grains.Pending;

/// <summary>How much a silo keeps of what was written without a quorum, and how soon it is merged.</summary>
public sealed class PendingOptions
{
    /// <summary>
    /// How many pending writes a silo keeps, its own and copies of others': a minute of a busy silo's distinct keys. A partition that lasts longer than that needs a person.
    /// </summary>
    public int MaxWrites { get; set; } = 65_536;

    /// <summary>How many bytes of keys and values they may take, about: what a silo can spare beside its store.</summary>
    public long MaxBytes { get; set; } = 256L << 20;

    /// <summary>
    /// How many accepted operations are remembered, for their retries to be answered the same: until their deadlines, or as long as the write is kept. Never fewer than the writes;
    /// keys that are written over and over leave several behind. None is forgotten to make room.
    /// </summary>
    public int MaxOperations { get; set; } = 262_144;

    /// <summary>
    /// How long the keepers of a new pending write are waited for before it is answered: a silo that can be reached answers within a few milliseconds.
    /// </summary>
    public TimeSpan KeepPatience { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>While there are pending writes: how often it is looked whether some can be merged. Looking asks nobody.</summary>
    public TimeSpan MergePeriod { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How many merges are on their way at once, so that a million of them do not stand in the way of the clients'.</summary>
    public int MergesAtOnce { get; set; } = 128;

    /// <summary>After a merge that failed, or found the key's list of conflicts full: how long that key's merges rest.</summary>
    public TimeSpan MergeRest { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the owners of kept copies are asked whether they still need them.</summary>
    public TimeSpan OwnerPeriod { get; set; } = TimeSpan.FromSeconds(1);

    internal IEnumerable<string> Faults()
    {
        if (MaxWrites < 1) yield return $"{nameof(PendingOptions)}.{nameof(MaxWrites)} must be positive.";
        if (MaxBytes < 1) yield return $"{nameof(PendingOptions)}.{nameof(MaxBytes)} must be positive.";
        if (MaxOperations < MaxWrites) yield return $"{nameof(PendingOptions)}.{nameof(MaxOperations)} must be at least {nameof(MaxWrites)}.";
        if (KeepPatience <= TimeSpan.Zero) yield return $"{nameof(PendingOptions)}.{nameof(KeepPatience)} must be positive.";
        if (MergePeriod <= TimeSpan.Zero) yield return $"{nameof(PendingOptions)}.{nameof(MergePeriod)} must be positive.";
        if (MergesAtOnce < 1) yield return $"{nameof(PendingOptions)}.{nameof(MergesAtOnce)} must be positive.";
        if (MergeRest <= TimeSpan.Zero) yield return $"{nameof(PendingOptions)}.{nameof(MergeRest)} must be positive.";
        if (OwnerPeriod <= TimeSpan.Zero) yield return $"{nameof(PendingOptions)}.{nameof(OwnerPeriod)} must be positive.";
    }
}
