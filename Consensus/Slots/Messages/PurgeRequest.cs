using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Asks to remove registers that all n replicas have confirmed, in this epoch, by <see cref="HoldsReply"/>. Each goes only if it still is a tombstone at exactly that
/// ballot, or (for zero) still was only promised; and only under a stable map.
/// </summary>
public sealed class PurgeRequest : OneSlotRequest
{
    /// <exception cref="ArgumentException">A key is of another slot, or there are too many.</exception>
    public PurgeRequest(Slot slot, Epoch epoch, long round, ImmutableArray<KeyAtBallot> keys)
        : base(slot, epoch, round)
    {
        Check(slot, keys);
        Keys = keys;
    }

    public ImmutableArray<KeyAtBallot> Keys { get; }

    public override string ToString() => $"Purge {Keys.Length} of {Slot}";
}
