namespace Orleans.Kv.Consensus;

/// <summary>
/// An answer to a <see cref="SlotRequest"/>. Immutable. Closed: <see cref="ListedReply"/>, <see cref="DigestReply"/>, <see cref="KeysReply"/>, <see cref="FloorReply"/>,
/// <see cref="HoldsReply"/>, <see cref="PurgedReply"/>, <see cref="RepairedReply"/>, <see cref="StaleSlotReply"/>.
/// </summary>
public abstract class SlotReply
{
    private protected SlotReply(long round) => Round = round;

    /// <summary>The request's round.</summary>
    public long Round { get; }
}
