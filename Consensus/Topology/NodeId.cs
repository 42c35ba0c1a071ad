namespace Orleans.Kv.Consensus;

/// <summary>A node: a silo's stable name plus the store it runs on. The same name with another store is another node.</summary>
public readonly record struct NodeId(string Name, StoreId Store) : IComparable<NodeId>
{
    /// <summary>A node's name appears in every map and in every answer's "served by"; host names fit.</summary>
    public const int MaxNameBytes = 255;

    // The store id alone tells nodes apart in all but broken set-ups, and is cheaper to hash and compare than a string.
    public override int GetHashCode() => Store.GetHashCode();

    public bool Equals(NodeId other) => Store == other.Store && string.Equals(Name, other.Name, StringComparison.Ordinal);

    public int CompareTo(NodeId other)
    {
        var byName = string.CompareOrdinal(Name, other.Name);
        return byName != 0 ? byName : Store.CompareTo(other.Store);
    }

    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{Name}/{Store}";
}
