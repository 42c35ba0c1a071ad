namespace Orleans.Kv.Consensus;

/// <summary>One request of a batch, with the number by which the sender's transport finds the reply's addressee again.</summary>
public readonly record struct RequestEnvelope(ulong Correlation, Request Request);
