namespace Orleans.Kv.Interfaces.Changes;

/// <summary>One version of one key, as a change feed tells it.</summary>
[GenerateSerializer, Immutable, Alias("kv.ChangeEntry")]
public sealed class ChangeEntry
{
    [Id(0)]
    public required string Key { get; init; }

    [Id(1)]
    public required long Version { get; init; }

    [Id(2)]
    public required ChangeKind Kind { get; init; }

    /// <summary>The value, where the kind is <see cref="ChangeKind.Stored"/>.</summary>
    [Id(3)]
    public byte[]? Value { get; init; }

    /// <summary>The media type of <see cref="Value"/>; null means JSON.</summary>
    [Id(4)]
    public string? ContentType { get; init; }

    /// <summary>When it was written or deleted, in milliseconds since 1970-01-01 UTC by the writer's clock; of an expiry, when the value that ran out was written.</summary>
    [Id(5)]
    public long ModifiedUnixMilliseconds { get; init; }

    /// <summary>When the value expires, in milliseconds since 1970-01-01 UTC; 0 means never.</summary>
    [Id(6)]
    public long ExpiresUnixMilliseconds { get; init; }

    /// <summary>The hybrid timestamp of the commit: of an expiry, when it took place.</summary>
    [Id(7)]
    public long Stamp { get; init; }

    /// <summary>
    /// The version that the change replaced: between the two there is nothing. -1 where it is not known, as for hints. 0 where nothing was left of the key: what there may have been of
    /// it ended with a delete so long ago that it was purged, and the numbers go on at a higher one.
    /// </summary>
    [Id(8)]
    public long Previous { get; init; } = -1;
}
