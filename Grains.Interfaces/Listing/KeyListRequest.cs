namespace Orleans.Kv.Interfaces.Listing;

/// <summary>Which page of the keys is asked for. Keys are in the order of their UTF-8 bytes, which is that of their code points.</summary>
[GenerateSerializer, Immutable, Alias("kv.KeyListRequest")]
public sealed class KeyListRequest
{
    /// <summary>Only keys that begin with it; empty for all.</summary>
    [Id(0)]
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Only keys behind this one, which need not exist nor begin with the prefix: <see cref="KeyPage.Next"/> of the page before, or any other place to begin at. Null for the first page.
    /// </summary>
    [Id(1)]
    public string? After { get; init; }

    /// <summary>At most so many keys, up to <see cref="KeyPage.MaxKeys"/>.</summary>
    [Id(2)]
    public required int Limit { get; init; }
}
