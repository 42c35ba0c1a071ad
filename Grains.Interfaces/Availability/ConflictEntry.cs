namespace Orleans.Kv.Interfaces.Availability;

/// <summary>Two writes to one key that did not know of each other, and which of them counted.</summary>
[GenerateSerializer, Immutable, Alias("kv.ConflictEntry")]
public sealed class ConflictEntry
{
    /// <summary>Stable, and safe in a path; ids sort by key.</summary>
    [Id(0)]
    public required string Id { get; init; }

    [Id(1)]
    public required string Key { get; init; }

    /// <summary>What counted when the two met. The key may have been written since.</summary>
    [Id(2)]
    public required ConflictSide Kept { get; init; }

    [Id(3)]
    public required ConflictSide Lost { get; init; }
}
