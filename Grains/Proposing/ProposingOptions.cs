using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>How this silo's proposers work, those of key grains and of the coordinator alike.</summary>
public sealed class ProposingOptions
{
    /// <summary>
    /// How long a proposer keeps trying before it answers that it could not (or that nobody can know). Longer than any pause of a replica that a quorum
    /// needs and that is worth waiting for, shorter than what people wait for.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a round waits for its quorum before its ballot is given up. A healthy replica answers in a few milliseconds, a busy one within this time.
    /// </summary>
    public TimeSpan RoundTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many keys' proposers the coordinator keeps, so that an outage costs each of them one prepare and not one per operation.</summary>
    public int CoordinatedKeys { get; set; } = 16 * 1024;

    internal ProposerOptions ToCore() => new() { RoundTimeoutMilliseconds = (int)RoundTimeout.TotalMilliseconds };

    internal IEnumerable<string> Faults()
    {
        if (Patience <= TimeSpan.Zero) yield return $"{nameof(ProposingOptions)}.{nameof(Patience)} must be positive.";
        if (RoundTimeout < TimeSpan.FromMilliseconds(1)) yield return $"{nameof(ProposingOptions)}.{nameof(RoundTimeout)} must be at least 1 ms.";
        if (CoordinatedKeys < 1) yield return $"{nameof(ProposingOptions)}.{nameof(CoordinatedKeys)} must be positive.";
    }
}
