namespace Orleans.Kv.Grains.Availability;

/// <summary>How this silo answers from copies, when no quorum is asked.</summary>
public sealed class AvailabilityOptions
{
    /// <summary>
    /// How long the replicas of a key that can be reached have to show their copies, before the newest of those that came is taken. Several round trips of any network that
    /// silos should be on, and short enough for people.
    /// </summary>
    public TimeSpan PeekPatience { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long it goes on waiting where none has come by then: the only replicas may be at the far end of a bad line.</summary>
    public TimeSpan FirstPeekPatience { get; set; } = TimeSpan.FromSeconds(1);

    internal IEnumerable<string> Faults()
    {
        if (PeekPatience <= TimeSpan.Zero) yield return $"{nameof(AvailabilityOptions)}.{nameof(PeekPatience)} must be positive.";
        if (FirstPeekPatience < PeekPatience)
            yield return $"{nameof(AvailabilityOptions)}.{nameof(FirstPeekPatience)} must be at least {nameof(PeekPatience)}.";
    }
}
