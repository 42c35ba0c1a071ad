namespace Orleans.Kv.Api.Operations;

/// <summary>The bounds on what a request may carry.</summary>
internal static class OperationLimits
{
    /// <summary>The contract's bound on keys, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 1024;

    /// <summary>The contract's bound on values: 8 MiB.</summary>
    public const int MaxValueBytes = 8 * 1024 * 1024;

    /// <summary>
    /// What a body may have beside its values: a key of 1,024 bytes written with six-byte escapes throughout, the other fields, and white space.
    /// </summary>
    public const int MaxOtherBytes = 16 * 1024;

    /// <summary>Operations in one batch: enough that the way there no longer counts, few enough that one batch does not keep others waiting for long.</summary>
    public const int MaxBatchOperations = 1000;

    /// <summary>The body of a batch, values included: it is in memory as a whole while it is carried out.</summary>
    public const int MaxBatchBytes = 32 * 1024 * 1024;

    /// <summary>
    /// A body over its limit is still read, and thrown away, up to this many bytes, so that its connection goes on. Beyond it,
    /// reading on would cost more than the new connection that the client needs after this one is closed.
    /// </summary>
    public const int MaxDrainBytes = 64 * 1024 * 1024;

    /// <summary>The nesting a body may have, the object around the value included. What compares values as JSON allows as much.</summary>
    public const int MaxDepth = 64;

    /// <summary>Long enough for a UUID with a prefix; it is hashed, not stored.</summary>
    public const int MaxRequestIdBytes = 256;

    /// <summary>A hundred years; more is a mistake of units.</summary>
    public const double MaxTtlSeconds = 100.0 * 366 * 24 * 60 * 60;

    /// <summary>Converts a time to live from the outside; false where it is not above zero or beyond the bound.</summary>
    public static bool TryMilliseconds(double seconds, out long milliseconds)
    {
        // Written so that NaN is refused as well.
        var isAllowed = seconds > 0 && seconds <= MaxTtlSeconds;
        milliseconds = isAllowed ? Math.Max(1, (long)Math.Round(seconds * 1000)) : 0;
        return isAllowed;
    }
}
