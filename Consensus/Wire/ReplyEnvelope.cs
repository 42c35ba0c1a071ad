namespace Orleans.Kv.Consensus;

/// <summary>One reply of a batch, under its request's correlation number.</summary>
public readonly record struct ReplyEnvelope(ulong Correlation, Reply Reply);
