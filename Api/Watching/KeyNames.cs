using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Watching;

/// <summary>What came of asking for a page of keys.</summary>
/// <param name="Keys">The keys, in their order.</param>
/// <param name="Next">What the next page comes after; null where this is the last one.</param>
/// <param name="Problem">Why there is no page; null where there is one.</param>
internal readonly record struct KeyNames(IReadOnlyList<string> Keys, string? Next, Problem? Problem);
