namespace Orleans.Kv.Consensus;

/// <summary>
/// What a proposer asks a replica about one key. Immutable: one object goes to all replicas. Closed: <see cref="PrepareRequest"/>,
/// <see cref="AcceptRequest"/>, <see cref="ReadRequest"/>.
/// </summary>
public abstract class Request
{
    private protected Request(Key key, Epoch epoch, long round)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        Epoch = epoch;
        Round = round;
    }

    public Key Key { get; }

    /// <summary>The epoch of the sender's map, which is not always the ballot's: a redelivery carries an old ballot under a new map.</summary>
    public Epoch Epoch { get; }

    /// <summary>The sender's number for the round, echoed by the reply. Unique within one proposer, not across proposers.</summary>
    public long Round { get; }
}
