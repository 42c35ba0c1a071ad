namespace Orleans.Kv.Client;

/// <summary>Conditions and additions of a write.</summary>
public sealed record KvWriteOptions
{
    /// <summary>How long the value lives from the write on; null for ever.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Only if the key is at this version. If it is not: <see cref="KvWriteStatus.ConditionFailed"/>.</summary>
    public long? IfVersion { get; init; }

    /// <summary>Only if nothing is stored under the key (store alone).</summary>
    public bool IfAbsent { get; init; }

    /// <summary>
    /// An id of the caller's own (at most 256 bytes): the same id on the same key is answered with the outcome of the first, for two minutes, whichever process asks. Null: the client makes one up.
    /// </summary>
    public string? RequestId { get; init; }
}
