namespace Orleans.Kv.Consensus;

/// <summary>
/// Asks for a page of a slot's registers, those that were only promised included, in <see cref="SlotOrder"/>. What is there all the while is in some page; what
/// comes or goes meanwhile may be in one or not.
/// </summary>
public sealed class ListRequest : OneSlotRequest
{
    /// <exception cref="ArgumentException">The cursor is of another slot, or the limit out of range.</exception>
    public ListRequest(Slot slot, Epoch epoch, long round, Key? after, int limit)
        : base(slot, epoch, round)
    {
        if (after is not null && after.Slot != slot)
            throw new ArgumentException($"the cursor is not in {slot}", nameof(after));
        if (limit is < 1 or > MaxKeys)
            throw new ArgumentException($"a page has 1 to {MaxKeys} entries, not {limit}", nameof(limit));
        After = after;
        Limit = limit;
    }

    /// <summary>The last key of the page before; null for the first page.</summary>
    public Key? After { get; }

    public int Limit { get; }

    public override string ToString() => $"List {Slot} after {After?.ToString() ?? "none"}";
}
