namespace Orleans.Kv.Consensus;

/// <summary>
/// Asks a node for the keys it has accepted a state of, tombstones included, in the order of their bytes, over all slots. The answer is a seal for all slots, as that of a
/// <see cref="ListRequest"/> is for one.
/// </summary>
public sealed class KeysRequest : SlotRequest
{
    /// <summary>So many entries are collected under the store's lock in below a millisecond.</summary>
    public const int MaxEntries = 1_024;

    /// <exception cref="ArgumentException">The limit is out of range.</exception>
    public KeysRequest(Epoch epoch, long round, Key? prefix, Key? after, int limit)
        : base(epoch, round)
    {
        if (limit is < 1 or > MaxEntries)
            throw new ArgumentException($"a page has 1 to {MaxEntries} entries, not {limit}", nameof(limit));
        Prefix = prefix;
        After = after;
        Limit = limit;
    }

    /// <summary>Only keys that begin with it; null for all.</summary>
    public Key? Prefix { get; }

    /// <summary>Only keys behind it; null for the first page.</summary>
    public Key? After { get; }

    public int Limit { get; }

    public override string ToString() => $"Keys {Prefix?.ToString() ?? "all"} after {After?.ToString() ?? "none"}";
}
