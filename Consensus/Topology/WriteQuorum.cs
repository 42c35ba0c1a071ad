namespace Orleans.Kv.Consensus;

/// <summary>How many replicas must accept a write.</summary>
public enum WriteQuorum : byte
{
    /// <summary>⌊n/2⌋+1: a minority may be missing.</summary>
    Majority = 1,

    /// <summary>All n: any single survivor still has every committed state, and writes wait while one is missing.</summary>
    All = 2,
}
