namespace Orleans.Kv.Consensus;

/// <summary>
/// The outcome of one operation, as a state remembers it: failed conditions and deletes of nothing as well, or a late twin of an answered test-and-set
/// could succeed the second time. It holds no value: versions say enough, and a state must not grow by the values it once had.
/// </summary>
public readonly record struct RememberedOutcome(OperationId Id, HybridTimestamp Deadline, OutcomeCode Code, long Version)
    : IComparable<RememberedOutcome>
{
    /// <summary>It wrote, the ordinary way or by a merge.</summary>
    public bool TookEffect => Code is OutcomeCode.Created or OutcomeCode.Replaced or OutcomeCode.Updated or OutcomeCode.Deleted
        or OutcomeCode.SwappedIntoNothing or OutcomeCode.Swapped or OutcomeCode.MergeWon or OutcomeCode.Touched;

    /// <summary>It was accepted without a quorum, and merged: a copy of it is to be answered as accepted.</summary>
    public bool IsMerge => Code is OutcomeCode.MergeWon or OutcomeCode.MergeLost;

    public int CompareTo(RememberedOutcome other) => Id.CompareTo(other.Id);

    public static bool operator <(RememberedOutcome left, RememberedOutcome right) => left.CompareTo(right) < 0;
    public static bool operator >(RememberedOutcome left, RememberedOutcome right) => left.CompareTo(right) > 0;
    public static bool operator <=(RememberedOutcome left, RememberedOutcome right) => left.CompareTo(right) <= 0;
    public static bool operator >=(RememberedOutcome left, RememberedOutcome right) => left.CompareTo(right) >= 0;
}
