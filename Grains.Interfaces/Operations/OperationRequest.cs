namespace Orleans.Kv.Interfaces.Operations;

/// <summary>
/// One operation on one key, as it travels from its origin (an API host, or a caller with a request id of its own) to a proposer.
/// A retry carries the same values throughout, the deadline included: that is what makes it happen once.
/// </summary>
[GenerateSerializer, Immutable, Alias("kv.OperationRequest")]
public sealed class OperationRequest
{
    [Id(0)]
    public required OperationCode Code { get; init; }

    /// <summary>Who numbers the operation: one session of an API host, or one caller's request id.</summary>
    [Id(1)]
    public required Guid Origin { get; init; }

    /// <summary>The operation's number at its origin.</summary>
    [Id(2)]
    public required long Number { get; init; }

    /// <summary>The origin's operations on this key with numbers below this one are answered and may be forgotten.</summary>
    [Id(3)]
    public long Mark { get; init; }

    /// <summary>The hybrid timestamp, by the origin's clock, after which the operation must not be applied any more.</summary>
    [Id(4)]
    public required long Deadline { get; init; }

    /// <summary>The new value of a store, an update or a test-and-set.</summary>
    [Id(5)]
    public byte[]? Value { get; init; }

    /// <summary>The media type of <see cref="Value"/>; null means JSON.</summary>
    [Id(6)]
    public string? ContentType { get; init; }

    /// <summary>How long the new value, or for a touch the present one, lives from now on, in milliseconds; 0 means for ever.</summary>
    [Id(7)]
    public long TtlMilliseconds { get; init; }

    /// <summary>Only where the key has this version.</summary>
    [Id(8)]
    public long? IfVersion { get; init; }

    /// <summary>Only where the key does not exist.</summary>
    [Id(9)]
    public bool IfAbsent { get; init; }

    /// <summary>What a test-and-set expects to find; null means that the key does not exist.</summary>
    [Id(10)]
    public byte[]? Expect { get; init; }

    /// <summary>The media type of <see cref="Expect"/>; null means JSON. JSON is compared with JSON as JSON, all else byte by byte.</summary>
    [Id(11)]
    public string? ExpectContentType { get; init; }

    /// <summary>What a fetch asks for; without effect on writes.</summary>
    [Id(12)]
    public ReadConsistency Consistency { get; init; }
}
