namespace Orleans.Kv.Consensus;

/// <summary>
/// What a part of a node's store holds, in two orders: by key, for listings, and by expiry, so that what is due is found without looking at everything. Several slots share one. They
/// keep it up as registers come and go; a write to a key that is there costs nothing here, unless its expiry changes. Not thread safe.
/// <para>Keys of tombstones are in it: a listing must know of them, as a node that missed the delete still has the value.</para>
/// </summary>
public sealed class RegisterIndex
{
    private readonly OrderedSet<Key, KeyOrder> _keys = new();
    private readonly OrderedSet<DueKey, DueOrder> _due = new();

    /// <summary>Keys with an accepted state.</summary>
    public int Keys => _keys.Count;

    /// <summary>Keys whose values expire.</summary>
    public int Expiring => _due.Count;

    /// <summary>
    /// Adds to <paramref name="found"/>, in order, up to <paramref name="limit"/> keys that begin with the prefix and lie behind <paramref name="after"/>; true where there are more.
    /// </summary>
    public bool Read(Key? prefix, Key? after, int limit, List<Key> found)
    {
        if (prefix is null)
            return after is null ? _keys.Read(limit, prefix, Belongs, found) : _keys.Read(after, inclusive: false, limit, prefix, Belongs, found);
        // The prefix is the first key that begins with it.
        return after is null || after < prefix
            ? _keys.Read(prefix, inclusive: true, limit, prefix, Belongs, found)
            : _keys.Read(after, inclusive: false, limit, prefix, Belongs, found);
    }

    /// <summary>
    /// Adds to <paramref name="found"/>, earliest first, up to <paramref name="limit"/> keys whose values are due at <paramref name="now"/>, behind <paramref name="after"/>; true where
    /// there are more.
    /// </summary>
    public bool ReadDue(HybridTimestamp now, DueKey? after, int limit, List<DueKey> found) => after is { } last
        ? _due.Read(last, inclusive: false, limit, now, static (due, until) => due.Expiry <= until, found)
        : _due.Read(limit, now, static (due, until) => due.Expiry <= until, found);

    internal void Change(Key key, RegisterState? before, RegisterState? after)
    {
        if (before is null && after is not null)
            _keys.Add(key);
        else if (before is not null && after is null)
            _keys.Remove(key);
        var expired = before?.Expiry ?? HybridTimestamp.Zero;
        var expires = after?.Expiry ?? HybridTimestamp.Zero;
        if (expired == expires)
            return;
        if (expired != HybridTimestamp.Zero)
            _due.Remove(new DueKey(expired, key));
        if (expires != HybridTimestamp.Zero)
            _due.Add(new DueKey(expires, key));
    }

    private static bool Belongs(Key key, Key? prefix) => prefix is null || key.Utf8.StartsWith(prefix.Utf8);

    private readonly struct KeyOrder : IComparer<Key>
    {
        public int Compare(Key? x, Key? y) => x!.Utf8.SequenceCompareTo(y!.Utf8);
    }

    private readonly struct DueOrder : IComparer<DueKey>
    {
        public int Compare(DueKey x, DueKey y) => x.CompareTo(y);
    }
}
