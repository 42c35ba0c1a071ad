using System.Globalization;

namespace Orleans.Kv.Consensus;

/// <summary>The number of a cluster map; it leads every ballot. Zero is "no map yet"; the first map has epoch one.</summary>
public readonly record struct Epoch(long Number) : IComparable<Epoch>
{
    public static readonly Epoch None;

    public Epoch Next() => new(checked(Number + 1));

    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    public static bool operator <(Epoch left, Epoch right) => left.Number < right.Number;
    public static bool operator >(Epoch left, Epoch right) => left.Number > right.Number;
    public static bool operator <=(Epoch left, Epoch right) => left.Number <= right.Number;
    public static bool operator >=(Epoch left, Epoch right) => left.Number >= right.Number;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"e{Number}");
}
