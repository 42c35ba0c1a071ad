namespace Orleans.Kv.Consensus;

/// <summary>
/// The time at which an input reaches a proposer: it has no clock of its own.
/// </summary>
/// <param name="Ticks">Monotonic milliseconds since any fixed start; timers and patience are counted in these. Never falls within one process.</param>
/// <param name="UnixMilliseconds">Wall-clock milliseconds; becomes the physical part of stamps and decides what has expired. May be wrong.</param>
public readonly record struct Moment(long Ticks, long UnixMilliseconds)
{
    /// <summary>"No wake-up wanted", or "patience without end".</summary>
    public const long Never = long.MaxValue;

    public HybridTimestamp Hybrid => HybridTimestamp.FromUnixMilliseconds(UnixMilliseconds);
}
