using Orleans.Kv.Api.Keys;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Operations;

/// <summary>One operation as its caller asked for it. The byte arrays are its own: the request's buffer is gone by the time they travel.</summary>
internal sealed record OperationInput(OperationCode Code, KeyRoute Route)
{
    /// <summary>The new value's exact bytes.</summary>
    public byte[]? Value { get; init; }

    /// <summary>The media type of <see cref="Value"/>; null means JSON, and then the bytes are known to be JSON.</summary>
    public string? ContentType { get; init; }

    /// <summary>The expected value's exact bytes, or null for "absent".</summary>
    public byte[]? Expect { get; init; }

    /// <summary>The media type of <see cref="Expect"/>; null means JSON. JSON is compared with JSON as JSON, all else byte by byte.</summary>
    public string? ExpectContentType { get; init; }

    /// <summary>Zero for a value that lives for ever.</summary>
    public long TtlMilliseconds { get; init; }

    public long? IfVersion { get; init; }

    public bool IfAbsent { get; init; }

    /// <summary>What a fetch asks for.</summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>The origin that stands for the caller's request id, or null for an operation that is this host's own.</summary>
    public Guid? RequestOrigin { get; init; }
}
