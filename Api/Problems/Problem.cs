namespace Orleans.Kv.Api.Problems;

/// <summary>One problem document (RFC 9457) before it is written.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">One of <see cref="ProblemCode"/>.</param>
/// <param name="Detail">What is wrong with this request, for a person.</param>
internal sealed record Problem(int Status, string Code, string Detail)
{
    /// <summary>The field of the request that is wrong.</summary>
    public string? Field { get; init; }

    /// <summary>The line of the body where reading stopped, from 1.</summary>
    public long? Line { get; init; }

    /// <summary>The byte within the line where reading stopped, from 1.</summary>
    public long? Column { get; init; }

    /// <summary>The version that is there, where a condition named another one.</summary>
    public long? Version { get; init; }

    /// <summary>Whether it was decided by a copy that may not be the newest committed one.</summary>
    public bool Stale { get; init; }

    /// <summary>Whether the same request may succeed a moment later.</summary>
    public bool RetryLater { get; init; }

    public static Problem Malformed(string detail, long line, long column) =>
        new(StatusCodes.Status400BadRequest, ProblemCode.Malformed, detail) { Line = line, Column = column };

    public static Problem BadField(string code, string field, string detail) =>
        new(StatusCodes.Status400BadRequest, code, detail) { Field = field };

    public static Problem TooLarge(string code, string? field, string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, code, detail) { Field = field };

    public static Problem Later(int status, string code, string detail) => new(status, code, detail) { RetryLater = true };
}
