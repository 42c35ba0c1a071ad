namespace Orleans.Kv.Interfaces.Availability;

/// <summary>Some of the conflicts.</summary>
[GenerateSerializer, Immutable, Alias("kv.ConflictPage")]
public sealed class ConflictPage
{
    /// <summary>What one answer may list: a person or a script pages on.</summary>
    public const int MaxEntries = 1_000;

    [Id(0)]
    public required ConflictEntry[] Entries { get; init; }

    /// <summary>Where the next page begins after; null at the end.</summary>
    [Id(1)]
    public string? Next { get; init; }

    /// <summary>Names of the map's silos that did not say what they know: there may be conflicts that are not listed here.</summary>
    [Id(2)]
    public string[] Unheard { get; init; } = [];
}
