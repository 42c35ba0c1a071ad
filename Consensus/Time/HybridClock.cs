namespace Orleans.Kv.Consensus;

/// <summary>
/// A hybrid logical clock without a clock of its own: physical time is an argument. Not thread safe; whoever shares one locks it.
/// Nothing in the protocol is unsafe if it is wrong: a clock that is off only makes operations "too late" or lets them expire early or late.
/// </summary>
public sealed class HybridClock
{
    /// <summary>The last time given out or observed.</summary>
    public HybridTimestamp Last { get; private set; }

    /// <summary>A time above every earlier one and every observed one, and not below the physical time.</summary>
    public HybridTimestamp Now(long unixMilliseconds) =>
        Last = HybridTimestamp.Later(HybridTimestamp.FromUnixMilliseconds(unixMilliseconds), Last.Next());

    /// <summary>
    /// Catches up with a time that came with a message. An origin calls this with the stamp of a "too late" answer: its next deadline then
    /// lies after that stamp, however slow its physical clock is.
    /// </summary>
    public void Observe(HybridTimestamp seen) => Last = HybridTimestamp.Later(Last, seen);
}
