namespace Orleans.Kv.Grains.Changes;

/// <summary>What this silo has told about changes, for metrics, tests and tuning.</summary>
public sealed class ChangeCounters
{
    private long _changes;
    private long _hints;
    private long _lost;

    /// <summary>Changes put into a subscriber's queue.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>Hints put into a subscriber's queue.</summary>
    public long Hints => Interlocked.Read(ref _hints);

    /// <summary>How often a queue was dropped because too much waited.</summary>
    public long Overflows => Interlocked.Read(ref _lost);

    internal void OnChange() => Interlocked.Increment(ref _changes);

    internal void OnHint() => Interlocked.Increment(ref _hints);

    internal void OnOverflow() => Interlocked.Increment(ref _lost);
}
