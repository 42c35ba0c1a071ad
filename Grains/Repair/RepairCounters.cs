namespace Orleans.Kv.Grains.Repair;

/// <summary>What this silo did to keep the replicas equal, for metrics, tests and tuning.</summary>
public sealed class RepairCounters
{
    private long _replayedKeys;
    private long _replays;
    private long _replayedSlots;
    private long _repairedKeys;
    private long _corruptions;
    private long _repairedCorruptions;
    private long _purged;

    /// <summary>Keys whose failed push was made good, each by one message.</summary>
    public long ReplayedKeys => Interlocked.Read(ref _replayedKeys);

    /// <summary>Runs of replays that had some success.</summary>
    public long Replays => Interlocked.Read(ref _replays);

    /// <summary>Slots that were owed as a whole and have been made equal.</summary>
    public long ReplayedSlots => Interlocked.Read(ref _replayedSlots);

    /// <summary>Keys that a comparison of replicas has found to be behind on one of them, and that were brought there.</summary>
    public long RepairedKeys => Interlocked.Read(ref _repairedKeys);

    /// <summary>Copies of states that were found to be corrupt, each once.</summary>
    public long Corruptions => Interlocked.Read(ref _corruptions);

    /// <summary>Corrupt copies, on any node, that this silo has had replaced.</summary>
    public long RepairedCorruptions => Interlocked.Read(ref _repairedCorruptions);

    /// <summary>Registers of deleted keys, and of keys that never came to be, that this silo has had removed from all their replicas.</summary>
    public long Purged => Interlocked.Read(ref _purged);

    internal void OnReplayedKey() => Interlocked.Increment(ref _replayedKeys);

    internal void OnReplay() => Interlocked.Increment(ref _replays);

    internal void OnReplayedSlot() => Interlocked.Increment(ref _replayedSlots);

    internal void OnRepairedKeys(int keys) => Interlocked.Add(ref _repairedKeys, keys);

    internal void OnCorruption() => Interlocked.Increment(ref _corruptions);

    internal void OnRepairedCorruption() => Interlocked.Increment(ref _repairedCorruptions);

    internal void OnPurged(int registers) => Interlocked.Add(ref _purged, registers);
}
