namespace Orleans.Kv.Consensus;

/// <summary>
/// The random id a store was given when it was created empty. A store that lost its memory gets another: its promises and accepts are gone,
/// and counting it as the same acceptor would let two quorums miss each other (Michael et al., "Recovering Shared Objects Without Stable
/// Storage", DISC 2017).
/// </summary>
public readonly record struct StoreId(Guid Value) : IComparable<StoreId>
{
    public int CompareTo(StoreId other) => Value.CompareTo(other.Value);

    public static bool operator <(StoreId left, StoreId right) => left.CompareTo(right) < 0;
    public static bool operator >(StoreId left, StoreId right) => left.CompareTo(right) > 0;
    public static bool operator <=(StoreId left, StoreId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(StoreId left, StoreId right) => left.CompareTo(right) >= 0;

    /// <summary>The first eight hexadecimal digits: enough to tell stores apart in a trace.</summary>
    public override string ToString() => Value.ToString("N")[..8];
}
