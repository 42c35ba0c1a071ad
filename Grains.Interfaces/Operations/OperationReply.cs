namespace Orleans.Kv.Interfaces.Operations;

/// <summary>The outcome of one operation, as it travels back to its origin.</summary>
[GenerateSerializer, Immutable, Alias("kv.OperationReply")]
public sealed class OperationReply
{
    [Id(0)]
    public required ReplyStatus Status { get; init; }

    /// <summary>The key's version after the operation (for a failed condition: the one that was found); 0 where there is none.</summary>
    [Id(1)]
    public long Version { get; init; }

    /// <summary>A store that found nothing before it.</summary>
    [Id(2)]
    public bool Created { get; init; }

    /// <summary>A test-and-set that found what it expected and put its value there.</summary>
    [Id(3)]
    public bool Swapped { get; init; }

    /// <summary>
    /// The value: of a fetch what is stored; of a test-and-set that did not find what it expected, what it found. A retry that is answered from
    /// memory after the value has moved on has a <see cref="Version"/> but no value any more.
    /// </summary>
    [Id(4)]
    public byte[]? Value { get; init; }

    /// <summary>The media type of <see cref="Value"/>; null means JSON.</summary>
    [Id(5)]
    public string? ContentType { get; init; }

    /// <summary>When the value was written, in milliseconds since 1970-01-01 UTC by the writer's clock.</summary>
    [Id(6)]
    public long ModifiedUnixMilliseconds { get; init; }

    /// <summary>The hybrid timestamp of the state that answered: the origin's clock observes it.</summary>
    [Id(7)]
    public long Stamp { get; init; }

    /// <summary>The silo whose proposer answered.</summary>
    [Id(8)]
    public string? Silo { get; init; }

    /// <summary>For a person: why it ended this way, where the status does not say it all.</summary>
    [Id(9)]
    public string? Detail { get; init; }

    /// <summary>When the value expires, in milliseconds since 1970-01-01 UTC; 0 means never.</summary>
    [Id(10)]
    public long ExpiresUnixMilliseconds { get; init; }

    /// <summary>
    /// Nobody has confirmed that what this answer goes by (the value of a fetch, or what makes a condition fail) is the newest committed state, and the silo it comes
    /// from has reason to doubt it. Always false of a strong read. A <see cref="ReplyStatus.NotFound"/> or <see cref="ReplyStatus.ConditionFailed"/> of a write that is stale
    /// is certain only where no other proposer was asked.
    /// </summary>
    [Id(11)]
    public bool Stale { get; init; }

    /// <summary>
    /// Of a fetch that finds nothing: the value ran out, rather than having been deleted. <see cref="Version"/> is the tombstone's, <see cref="ModifiedUnixMilliseconds"/> the time of the
    /// delete (of the last write, where the value ran out); all are 0 where nothing is left of the key, or there never was one.
    /// </summary>
    [Id(12)]
    public bool Expired { get; init; }
}
