namespace Orleans.Kv.Client;

/// <summary>Some of a listing's keys.</summary>
/// <param name="Keys">In order: ordinal, by their bytes of UTF-8.</param>
/// <param name="Next">The <c>after</c> of the next page; null for the last one.</param>
/// <param name="Stale">Whether not everybody could be asked (AP mode, without a quorum): keys may be missing.</param>
public sealed record KvKeyPage(IReadOnlyList<string> Keys, string? Next, bool Stale);
