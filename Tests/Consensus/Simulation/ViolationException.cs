namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>A schedule broke a rule.</summary>
public sealed class ViolationException(string message) : Exception(message);
