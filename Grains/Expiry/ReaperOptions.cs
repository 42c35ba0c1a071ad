namespace Orleans.Kv.Grains.Expiry;

/// <summary>How fast values that are due are replaced by tombstones when nobody asks for them.</summary>
public sealed class ReaperOptions
{
    /// <summary>How often a silo looks for values that are due. Looking where there are none costs nothing.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How much later the second replica of a key takes it on than the first one, and the third than the second: long enough that two seldom do the same, short enough that a
    /// first one that fails is not noticed.
    /// </summary>
    public TimeSpan StandInDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many keys a silo has in hand at once. Each costs two rounds with all replicas, in the same batches as everybody's writes, which wait behind no more than these.</summary>
    public int Window { get; set; } = 64;

    /// <summary>
    /// How many keys a silo replaces in a second. When very many are due at once, they are gone later rather than everything else slower: until its turn comes, a value that is due is no more to
    /// be seen, as whoever asks for it replaces it first.
    /// </summary>
    public int KeysPerSecond { get; set; } = 4_000;

    /// <summary>How long a silo pauses when some keys could not be replaced, for want of a quorum perhaps.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(1);

    internal IEnumerable<string> Faults()
    {
        if (Period <= TimeSpan.Zero) yield return $"{nameof(ReaperOptions)}.{nameof(Period)} must be positive.";
        if (StandInDelay < TimeSpan.Zero) yield return $"{nameof(ReaperOptions)}.{nameof(StandInDelay)} must not be negative.";
        if (Window < 1) yield return $"{nameof(ReaperOptions)}.{nameof(Window)} must be positive.";
        if (KeysPerSecond < 1) yield return $"{nameof(ReaperOptions)}.{nameof(KeysPerSecond)} must be positive.";
        if (Retry <= TimeSpan.Zero) yield return $"{nameof(ReaperOptions)}.{nameof(Retry)} must be positive.";
    }
}
