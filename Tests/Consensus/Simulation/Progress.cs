namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>What a key has been seen to serve since everything healed.</summary>
[Flags]
internal enum Progress
{
    None = 0,
    Read = 1,
    Written = 2,
    Proven = Read | Written,
}
