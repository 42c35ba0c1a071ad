namespace Orleans.Kv.Consensus;

/// <summary>A key and the ballot it is accepted at: which state of it is meant. Zero stands for none.</summary>
public readonly record struct KeyAtBallot(Key Key, Ballot Accepted);
