namespace Orleans.Kv.Consensus;

/// <summary>
/// How many of n replicas must answer. <see cref="Accept"/> (w) and <see cref="Prepare"/> (r = n − w + 1) overlap in at least one replica, so
/// a prepare sees every committed state; 2w &gt; n, so w replicas that name the same ballot to a read have met every commit before it.
/// </summary>
public readonly record struct QuorumSizes
{
    private QuorumSizes(int replicas, int accept)
    {
        Replicas = replicas;
        Accept = accept;
    }

    public int Replicas { get; }

    /// <summary>w: answers that commit an accept, and equal answers that confirm a read.</summary>
    public int Accept { get; }

    /// <summary>r: promises that a prepare needs.</summary>
    public int Prepare => Replicas - Accept + 1;

    public static QuorumSizes For(int replicas, WriteQuorum writeQuorum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replicas, Quorum.MaxNodes);
        return writeQuorum switch
        {
            WriteQuorum.Majority => new QuorumSizes(replicas, (replicas / 2) + 1),
            WriteQuorum.All => new QuorumSizes(replicas, replicas),
            _ => throw new ArgumentOutOfRangeException(nameof(writeQuorum), writeQuorum, "unknown write quorum"),
        };
    }
}
