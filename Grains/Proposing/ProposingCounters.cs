namespace Orleans.Kv.Grains.Proposing;

/// <summary>What this silo's proposers did, for metrics, tests and tuning.</summary>
public sealed class ProposingCounters
{
    private long _operations;
    private long _rounds;

    /// <summary>Operations taken on.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>Rounds of messages begun for them: fewer than operations where a hot key folds them.</summary>
    public long Rounds => Interlocked.Read(ref _rounds);

    internal void OnOperation() => Interlocked.Increment(ref _operations);

    internal void OnRounds(long rounds) => Interlocked.Add(ref _rounds, rounds);
}
