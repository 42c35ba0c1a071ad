namespace Orleans.Kv.Consensus;

/// <summary>The bounds and pauses of a proposer. One instance serves all proposers of a process.</summary>
public sealed class ProposerOptions
{
    public static readonly ProposerOptions Default = new();

    /// <summary>
    /// How long a round waits for its quorum before its ballot is given up. A healthy replica answers in a millisecond or two; one that does not within
    /// this time is paused or cut off, and then asking again costs little.
    /// </summary>
    public int RoundTimeoutMilliseconds { get; init; } = 400;

    /// <summary>
    /// What a round gets on top for each MiB of state that it moves, as far as the proposer knows. A round that is begun anew moves it all again, so that on a slow machine too short
    /// a time makes it slower still.
    /// </summary>
    public int RoundTimeoutPerMebibyteMilliseconds { get; init; } = 250;

    /// <summary>How long a read waits for its first w nodes before it asks the others as well: well above a healthy round trip, well below patience.</summary>
    public int ReadHedgeMilliseconds { get; init; } = 25;

    /// <summary>The pause after a lost ballot is random below this, and doubles with each further loss: duelling proposers must fall out of step.</summary>
    public int BackoffMilliseconds { get; init; } = 8;

    /// <summary>Where the doubling ends, so that progress after a long contention does not wait for a long pause.</summary>
    public int MaxBackoffMilliseconds { get; init; } = 200;

    /// <summary>
    /// Operations that may wait on one key. Above this the key's proposer is further behind than any caller's patience; refusing at once is kinder.
    /// </summary>
    public int MaxQueued { get; init; } = 1_024;

    /// <summary>
    /// Outcomes and marks that a state may remember: above <see cref="MaxQueued"/>, so that what is in flight always fits, with room for callers' own request ids, which
    /// stay for their whole deadline. At about 60 bytes each, a full memory makes every accept of that key 240 KB heavier. When it is used up, new
    /// operations are refused until deadlines pass; a memory is never dropped to make room.
    /// </summary>
    public int MaxRemembered { get; init; } = 4_096;

    /// <exception cref="ArgumentException">Lists every bound that makes no sense.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (RoundTimeoutMilliseconds < 1)
            faults.Add($"{nameof(RoundTimeoutMilliseconds)} must be positive");
        if (RoundTimeoutPerMebibyteMilliseconds < 0)
            faults.Add($"{nameof(RoundTimeoutPerMebibyteMilliseconds)} must not be negative");
        if (ReadHedgeMilliseconds < 1)
            faults.Add($"{nameof(ReadHedgeMilliseconds)} must be positive");
        if (BackoffMilliseconds < 1)
            faults.Add($"{nameof(BackoffMilliseconds)} must be positive");
        if (MaxBackoffMilliseconds < BackoffMilliseconds)
            faults.Add($"{nameof(MaxBackoffMilliseconds)} must be at least {nameof(BackoffMilliseconds)}");
        if (MaxQueued < 1)
            faults.Add($"{nameof(MaxQueued)} must be positive");
        if (MaxRemembered is < 2 or > OperationMemory.MaxEntries / 2)
            faults.Add($"{nameof(MaxRemembered)} must be between 2 and {OperationMemory.MaxEntries / 2}");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults));
    }
}
