namespace Orleans.Kv.Api.Observing;

/// <summary>The body of <c>POST /log-level</c>. Without a category it is about all that have no level of their own.</summary>
internal sealed record LogLevelInput(string? Level, string? Category);
