namespace Orleans.Kv.Consensus;

/// <summary>Who issued an operation: one API host's or client's session, random per start; or a caller's own request id, hashed to 128 bits.</summary>
public readonly record struct OriginId(ulong High, ulong Low) : IComparable<OriginId>
{
    public int CompareTo(OriginId other)
    {
        var byHigh = High.CompareTo(other.High);
        return byHigh != 0 ? byHigh : Low.CompareTo(other.Low);
    }

    public static bool operator <(OriginId left, OriginId right) => left.CompareTo(right) < 0;
    public static bool operator >(OriginId left, OriginId right) => left.CompareTo(right) > 0;
    public static bool operator <=(OriginId left, OriginId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(OriginId left, OriginId right) => left.CompareTo(right) >= 0;

    public override string ToString() => High == 0 ? Low.ToString("x") : $"{High:x}{Low:x16}";
}
