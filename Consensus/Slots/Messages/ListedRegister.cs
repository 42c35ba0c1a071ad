namespace Orleans.Kv.Consensus;

/// <summary>One register of a listing.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Promised">What it promised.</param>
/// <param name="Accepted">What it accepted; zero where it only promised.</param>
/// <param name="StateHash">The accepted state's hash as it was when it was accepted; zero where nothing was.</param>
/// <param name="IsTombstone">The accepted state is a tombstone.</param>
/// <param name="IsCorrupt">The state's bytes no longer have that hash, as far as the node has looked.</param>
public readonly record struct ListedRegister(Key Key, Ballot Promised, Ballot Accepted, ulong StateHash, bool IsTombstone, bool IsCorrupt);
