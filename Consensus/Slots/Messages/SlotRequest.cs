namespace Orleans.Kv.Consensus;

/// <summary>
/// What one node asks another about whole slots, or in them, to keep replicas equal and to move them. Immutable. Closed: <see cref="DigestRequest"/>, <see cref="KeysRequest"/>, and those about
/// one slot, <see cref="OneSlotRequest"/>.
/// <para>
/// The epoch rule of <see cref="Request"/> holds for all: an older epoch is answered by <see cref="StaleSlotReply"/>, a newer one needs the newer map first. So
/// an answer is more than its content: whoever answers under an epoch has done with the older ones.
/// </para>
/// </summary>
public abstract class SlotRequest
{
    private protected SlotRequest(Epoch epoch, long round)
    {
        Epoch = epoch;
        Round = round;
    }

    /// <summary>The epoch of the sender's map.</summary>
    public Epoch Epoch { get; }

    /// <summary>The sender's number for the request, echoed by the reply.</summary>
    public long Round { get; }
}
