using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>How this silo's proposers work, those of key grains and of the coordinator alike.</summary>
public sealed class ProposingOptions
{
    /// <summary>
    /// How long a proposer keeps trying before it answers that it could not (or that nobody can know). Longer than any pause of a replica that a quorum
    /// needs and that is worth waiting for, shorter than what people wait for.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a round waits for its quorum before its ballot is given up and it begins anew. It need not be short: a silent replica among three is not waited
    /// for, a dead one is reported by the traffic, and a read asks further replicas much earlier. A large state has more time (<see cref="ProposerOptions.RoundTimeoutPerMebibyteMilliseconds"/>).
    /// </summary>
    public TimeSpan RoundTimeout { get; set; } = TimeSpan.FromMilliseconds(2000);

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
