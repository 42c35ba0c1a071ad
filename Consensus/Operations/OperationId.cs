using System.Globalization;

namespace Orleans.Kv.Consensus;

/// <summary>An operation's identity, the same on every retry and on every proposer that is asked.</summary>
public readonly record struct OperationId(OriginId Origin, long Number) : IComparable<OperationId>
{
    public int CompareTo(OperationId other)
    {
        var byOrigin = Origin.CompareTo(other.Origin);
        return byOrigin != 0 ? byOrigin : Number.CompareTo(other.Number);
    }

    public static bool operator <(OperationId left, OperationId right) => left.CompareTo(right) < 0;
    public static bool operator >(OperationId left, OperationId right) => left.CompareTo(right) > 0;
    public static bool operator <=(OperationId left, OperationId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(OperationId left, OperationId right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin}#{Number}");
}
