namespace Orleans.Kv.Client;

/// <summary>A key with what is stored under it.</summary>
public sealed record KvEntry
{
    public required string Key { get; init; }

    public required KvValue Value { get; init; }

    /// <summary>Rises with every change of the key, for ever. 0 for a write that is not committed yet (AP mode, without a quorum).</summary>
    public required long Version { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset Modified { get; init; }

    /// <summary>When it expires; null for a value that lives for ever.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Whether there may be a newer value. Always false for a linearizable read.</summary>
    public bool Stale { get; init; }
}
