namespace Orleans.Kv.Grains.Proposing;

/// <summary>What became of a key that was to be brought to its replicas.</summary>
internal enum SettleResult
{
    /// <summary>Too few nodes answered, or the time ran out: nothing is known, and trying again is always safe.</summary>
    Failed = 0,

    /// <summary>As many of the nodes as were asked for have acknowledged the redelivery.</summary>
    Redelivered = 1,

    /// <summary>A full round has committed the newest state, or found that there is none.</summary>
    Settled = 2,
}
