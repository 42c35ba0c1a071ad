namespace Orleans.Kv.Consensus;

/// <summary>A key as bare bytes, of a frame for example, hashed once: for its slot, its shard and the lookup of its object.</summary>
public readonly ref struct KeyBytes
{
    public KeyBytes(ReadOnlySpan<byte> utf8)
    {
        Utf8 = utf8;
        Hash = Xxh64.Hash(utf8);
    }

    public ReadOnlySpan<byte> Utf8 { get; }

    public ulong Hash { get; }

    public Slot Slot => Slot.Of(Hash);
}
