using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Watching;

/// <summary>What came of reading a key.</summary>
/// <param name="Found">
/// The value, as <see cref="WatchEventKind.Stored"/>, or the tombstone that is there, as <see cref="WatchEventKind.Deleted"/> or <see cref="WatchEventKind.Expired"/>; null where there is neither.
/// </param>
/// <param name="Problem">Why the key could not be read; null where it was.</param>
internal readonly record struct KeyReading(WatchEvent? Found, Problem? Problem);
