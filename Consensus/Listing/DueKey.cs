namespace Orleans.Kv.Consensus;

/// <summary>A key, and when its value is due to be replaced by a tombstone. In order of that time.</summary>
public readonly record struct DueKey(HybridTimestamp Expiry, Key Key) : IComparable<DueKey>
{
    public int CompareTo(DueKey other)
    {
        var byExpiry = Expiry.CompareTo(other.Expiry);
        return byExpiry != 0 ? byExpiry : Key.CompareTo(other.Key);
    }

    public static bool operator <(DueKey left, DueKey right) => left.CompareTo(right) < 0;
    public static bool operator >(DueKey left, DueKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(DueKey left, DueKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(DueKey left, DueKey right) => left.CompareTo(right) >= 0;
}
