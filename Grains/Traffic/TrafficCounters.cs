namespace Orleans.Kv.Grains.Traffic;

/// <summary>What went out to peers, for metrics, tests and tuning.</summary>
public sealed class TrafficCounters
{
    private long _batches;
    private long _messages;

    /// <summary>Frames sent.</summary>
    public long Batches => Interlocked.Read(ref _batches);

    /// <summary>Requests in them.</summary>
    public long Messages => Interlocked.Read(ref _messages);

    internal void OnBatch(int messages)
    {
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _messages, messages);
    }
}
