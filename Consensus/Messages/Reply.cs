namespace Orleans.Kv.Consensus;

/// <summary>
/// A replica's reply. Immutable. Closed: <see cref="PromisedReply"/>, <see cref="AcceptedReply"/>, <see cref="RefusedReply"/>, <see cref="ReadReply"/>,
/// <see cref="StaleEpochReply"/>. A failure to reach the replica is none of these and carries no ballot: it is <see cref="Proposer.Fail"/>.
/// </summary>
public abstract class Reply
{
    private protected Reply(long round) => Round = round;

    /// <summary>The request's round.</summary>
    public long Round { get; }
}
