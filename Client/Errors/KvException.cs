using System.Net;

namespace Orleans.Kv.Client;

/// <summary>A call that did not do what it was asked to. Decide by <see cref="Code"/>; the message is for people.</summary>
public sealed class KvException : Exception
{
    /// <param name="code">One of <see cref="KvErrorCode"/>, or another one of the API host's.</param>
    /// <param name="detail">What went wrong, for a person.</param>
    /// <param name="inner">What the network said, where it was that.</param>
    public KvException(string code, string detail, Exception? inner = null)
        : base($"{detail} ({code})", inner) => (Code, Detail) = (code, detail);

    /// <summary>The stable code.</summary>
    public string Code { get; }

    /// <summary>What went wrong, for a person.</summary>
    public string Detail { get; }

    /// <summary>The status of the answer; null where there was none.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The field of the request that is wrong.</summary>
    public string? Field { get; init; }

    /// <summary>The version that is there, where a condition named another one.</summary>
    public long? Version { get; init; }

    /// <summary>Whether it was decided by a copy that may not be the newest committed one.</summary>
    public bool Stale { get; init; }

    /// <summary>
    /// Whether the operation may have been carried out, or may be yet. False is a promise: it was not and will not be.
    /// </summary>
    public bool IsOutcomeUnknown => Code == KvErrorCode.UnknownOutcome || (Code == KvErrorCode.BadAnswer) || Status == HttpStatusCode.InternalServerError;

    /// <summary>Whether the same call may succeed later.</summary>
    public bool IsTransient => Code is KvErrorCode.Overloaded or KvErrorCode.NoQuorum or KvErrorCode.PendingFull or KvErrorCode.Forming
        or KvErrorCode.Unavailable or KvErrorCode.UnknownOutcome or KvErrorCode.Unreachable;
}
