namespace Orleans.Kv.Interfaces.Availability;

/// <summary>A silo that may go on by the former mode, and why.</summary>
[GenerateSerializer, Immutable, Alias("kv.UnconfirmedSilo")]
public sealed class UnconfirmedSilo
{
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>For a person.</summary>
    [Id(1)]
    public required string Reason { get; init; }
}
