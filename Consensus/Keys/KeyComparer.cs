namespace Orleans.Kv.Consensus;

/// <summary>Compares keys by their bytes and finds them by bare bytes, so that a frame's key costs no object where the key is known already.</summary>
public sealed class KeyComparer : IEqualityComparer<Key>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Key>, IAlternateEqualityComparer<KeyBytes, Key>
{
    public static readonly KeyComparer Instance = new();

    private KeyComparer()
    {
    }

    public bool Equals(Key? x, Key? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(Key obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return obj.GetHashCode();
    }

    public Key Create(ReadOnlySpan<byte> alternate) => Key.From(alternate);

    public bool Equals(ReadOnlySpan<byte> alternate, Key other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return alternate.SequenceEqual(other.Utf8);
    }

    public int GetHashCode(ReadOnlySpan<byte> alternate) => GetHashCode(new KeyBytes(alternate));

    public Key Create(KeyBytes alternate) => Key.From(alternate.Utf8);

    public bool Equals(KeyBytes alternate, Key other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return alternate.Hash == other.Hash && alternate.Utf8.SequenceEqual(other.Utf8);
    }

    public int GetHashCode(KeyBytes alternate) => unchecked((int)(alternate.Hash ^ (alternate.Hash >> 32)));
}
