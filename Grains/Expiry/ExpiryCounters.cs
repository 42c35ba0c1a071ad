namespace Orleans.Kv.Grains.Expiry;

/// <summary>What the reaper did, for metrics, tests and tuning.</summary>
public sealed class ExpiryCounters
{
    private long _reaped;

    /// <summary>Keys whose due values it has had replaced by tombstones, or found replaced.</summary>
    public long Reaped => Interlocked.Read(ref _reaped);

    internal void OnReaped(int keys) => Interlocked.Add(ref _reaped, keys);
}
