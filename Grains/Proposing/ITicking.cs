namespace Orleans.Kv.Grains.Proposing;

/// <summary>Something with a deadline, watched by a <see cref="RoundTicker"/>.</summary>
internal interface ITicking
{
    /// <summary>
    /// Called on a timer's thread with the moment now: acts if a deadline has passed (it must not block) and returns whether it wants to
    /// be watched on. Returning false ends the watch; whoever needs one later asks for it again.
    /// </summary>
    bool Sweep(long now);
}
