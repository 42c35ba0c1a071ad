namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>What a schedule without violation amounted to.</summary>
internal readonly record struct SimulationReport(long Steps, int Operations, int Unknown, long Epoch, int Pending, int Recoveries, int KeysShaken);
