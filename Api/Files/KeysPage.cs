namespace Orleans.Kv.Api.Files;

/// <summary>Keys in the order of their UTF-8 bytes, and what to ask with for the next page; null after the last one.</summary>
internal readonly record struct KeysPage(IReadOnlyList<string> Keys, string? Next);
