namespace Orleans.Kv.Api.Statistics;

/// <summary>One point of the curves.</summary>
/// <param name="At">In milliseconds since 1970-01-01 UTC.</param>
/// <param name="Operations">What was carried out since the point before, by kind; null where no silo answered.</param>
internal sealed record StatisticsPoint(long At, IReadOnlyDictionary<string, CallInterval>? Operations);
