namespace Orleans.Kv.Consensus;

/// <summary>
/// A request about one slot: what <see cref="SlotRegisters"/> answers. Closed: <see cref="ListRequest"/>, <see cref="FloorRequest"/>, <see cref="HoldsRequest"/>,
/// <see cref="PurgeRequest"/>, <see cref="RepairRequest"/>.
/// </summary>
public abstract class OneSlotRequest : SlotRequest
{
    /// <summary>So many keys fit one request or one page, with the longest of keys, into a few megabytes.</summary>
    public const int MaxKeys = 4096;

    private protected OneSlotRequest(Slot slot, Epoch epoch, long round)
        : base(epoch, round)
    {
        if (slot.Index >= Slot.Count)
            throw new ArgumentException($"there are {Slot.Count} slots", nameof(slot));
        Slot = slot;
    }

    public Slot Slot { get; }

    private protected static void Check(Slot slot, IReadOnlyList<KeyAtBallot> keys)
    {
        if (keys.Count > MaxKeys)
            throw new ArgumentException($"a request names at most {MaxKeys} keys", nameof(keys));
        foreach (var key in keys)
        {
            if (key.Key is null || key.Key.Slot != slot)
                throw new ArgumentException($"a key is not in {slot}", nameof(keys));
        }
    }
}
