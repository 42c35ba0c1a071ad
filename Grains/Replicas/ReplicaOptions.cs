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

    /// <summary>
    /// How many bytes of replies one frame collects, about; a single larger one travels alone. What is left of the batch is sent again. Small enough that the largest state on top
    /// (a value and its conflicts, 16 MiB and a little) stays within <see cref="Consensus.FrameCodec.MaxFrameBytes"/>, and that nobody waits long behind it.
    /// </summary>
    public int MaxReplyBytes { get; set; } = 1 << 20;

    internal IEnumerable<string> Faults()
    {
        if (MaxBytes < 1 << 20) yield return $"{nameof(ReplicaOptions)}.{nameof(MaxBytes)} must be at least 1 MiB.";
        if (Shards is < 1 or > 1024) yield return $"{nameof(ReplicaOptions)}.{nameof(Shards)} must be from 1 to 1024.";
        if (MaxReplyBytes is < 1024 or > 8 << 20) yield return $"{nameof(ReplicaOptions)}.{nameof(MaxReplyBytes)} must be from 1 KiB to 8 MiB.";
        if (MapPatience <= TimeSpan.Zero) yield return $"{nameof(ReplicaOptions)}.{nameof(MapPatience)} must be positive.";
    }
}
