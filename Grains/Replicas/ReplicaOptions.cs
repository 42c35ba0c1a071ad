namespace Orleans.Kv.Grains.Replicas;

/// <summary>The bounds of a silo's replica.</summary>
public sealed class ReplicaOptions
{
    /// <summary>
    /// About how many bytes of keys and values the replica holds before it leaves further growth unanswered: a process that the system kills for
    /// its memory would lose all of them.
    /// </summary>
    public long MaxBytes { get; set; } = 8L << 30;

    /// <summary>Into how many parts the store is cut, each worked on by one thread at a time. More than cores buys nothing.</summary>
    public int Shards { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// How long a batch of a newer epoch waits for that epoch's map before it is left unanswered; below the sender's patience with a batch.
    /// </summary>
    public TimeSpan MapPatience { get; set; } = TimeSpan.FromMilliseconds(300);

    internal IEnumerable<string> Faults()
    {
        if (MaxBytes < 1 << 20) yield return $"{nameof(ReplicaOptions)}.{nameof(MaxBytes)} must be at least 1 MiB.";
        if (Shards is < 1 or > 1024) yield return $"{nameof(ReplicaOptions)}.{nameof(Shards)} must be from 1 to 1024.";
        if (MapPatience <= TimeSpan.Zero) yield return $"{nameof(ReplicaOptions)}.{nameof(MapPatience)} must be positive.";
    }
}
