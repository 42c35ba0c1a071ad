namespace Orleans.Kv.Client;

/// <summary>The outcome of a store, update, delete or touch.</summary>
/// <param name="Key">The key.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Version">The key's new version; for <see cref="KvWriteStatus.ConditionFailed"/> the one that is there; 0 where the store does not say.</param>
public sealed record KvWriteResult(string Key, KvWriteStatus Status, long Version)
{
    /// <summary>Whether the write is done, for good.</summary>
    public bool IsCommitted => Status is KvWriteStatus.Created or KvWriteStatus.Replaced or KvWriteStatus.Deleted;

    /// <summary>Whether a refusal was decided by a copy that may not be the newest committed one (AP mode, without a quorum).</summary>
    public bool Stale { get; init; }
}
