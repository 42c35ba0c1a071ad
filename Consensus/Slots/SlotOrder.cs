namespace Orleans.Kv.Consensus;

/// <summary>
/// The order of listings: by hash, then by bytes. By hash, since two nodes that merge their listings of a slot compare one number per key.
/// </summary>
public sealed class SlotOrder : IComparer<Key>
{
    public static readonly SlotOrder Instance = new();

    private SlotOrder()
    {
    }

    public int Compare(Key? x, Key? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var byHash = x.Hash.CompareTo(y.Hash);
        return byHash != 0 ? byHash : x.CompareTo(y);
    }
}
