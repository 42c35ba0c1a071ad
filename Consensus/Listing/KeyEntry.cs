namespace Orleans.Kv.Consensus;

/// <summary>A key as one node knows it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Accepted">The ballot that the node accepted.</param>
/// <param name="IsTombstone">The accepted state is a tombstone.</param>
/// <param name="Expiry">When the value is due to be replaced by one; zero for never.</param>
public readonly record struct KeyEntry(Key Key, Ballot Accepted, bool IsTombstone, HybridTimestamp Expiry);
