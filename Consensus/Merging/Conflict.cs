namespace Orleans.Kv.Consensus;

/// <summary>
/// Two writes to one key that did not know of each other, met: <paramref name="Lost"/> is not what the key holds, and nobody who wrote over it had seen it.
/// <paramref name="Kept"/> is what counted at that moment; the key may have been written since.
/// </summary>
public sealed record Conflict(ContestedWrite Lost, ContestedWrite Kept)
{
    /// <summary>Names it among the conflicts of its key: a write is listed as lost once.</summary>
    public WriteStamp Id => Lost.Stamp;

    /// <summary>About what it takes, in memory and on the wire.</summary>
    public int Bytes => FixedBytes + Lost.Value.Length + Kept.Value.Length;

    /// <summary>Stamps, names and media types of both sides: an upper bound of what a usual one has, so that small values cannot make many conflicts look free.</summary>
    internal const int FixedBytes = 256;

    public override string ToString() => $"lost {Lost}, kept {Kept}";
}
