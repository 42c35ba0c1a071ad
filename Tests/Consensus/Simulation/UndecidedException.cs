namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>The history was too wide to be searched: neither shown nor refuted. A fault of the schedule, and a failure of a test that needs an answer.</summary>
public sealed class UndecidedException(string message) : Exception(message);
