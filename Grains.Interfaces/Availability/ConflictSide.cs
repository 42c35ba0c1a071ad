namespace Orleans.Kv.Interfaces.Availability;

/// <summary>One of the writes of a conflict.</summary>
[GenerateSerializer, Immutable, Alias("kv.ConflictSide")]
public sealed class ConflictSide
{
    /// <summary>Null for a delete.</summary>
    [Id(0)]
    public byte[]? Value { get; init; }

    /// <summary>The media type of <see cref="Value"/>; null means JSON.</summary>
    [Id(1)]
    public string? ContentType { get; init; }

    /// <summary>The hybrid timestamp that decided: 48 bits of Unix milliseconds, then 16 bits of counter.</summary>
    [Id(2)]
    public required long Clock { get; init; }

    /// <summary>The silo that accepted the write while it had no quorum; empty for one that was committed at once.</summary>
    [Id(3)]
    public required string Silo { get; init; }
}
