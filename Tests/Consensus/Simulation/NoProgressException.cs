namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>Everything had healed, and still a key did not serve.</summary>
public sealed class NoProgressException(string message) : Exception(message);
