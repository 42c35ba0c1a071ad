using System.Globalization;

namespace Orleans.Kv.Consensus;

/// <summary>One of the <see cref="Count"/> shares of the key space; replica sets, floors and digests are per slot.</summary>
public readonly record struct Slot(ushort Index) : IComparable<Slot>
{
    /// <summary>
    /// 1,024 slots: enough for an even spread over a few dozen nodes, few enough that a map's replica sets are computed up front and that
    /// a per-slot digest exchange fits one message. It can never change: it is baked into where every key lives.
    /// </summary>
    public const int Count = 1024;

    public static Slot Of(ulong hash) => new((ushort)(hash % Count));

    public int CompareTo(Slot other) => Index.CompareTo(other.Index);

    public static bool operator <(Slot left, Slot right) => left.Index < right.Index;
    public static bool operator >(Slot left, Slot right) => left.Index > right.Index;
    public static bool operator <=(Slot left, Slot right) => left.Index <= right.Index;
    public static bool operator >=(Slot left, Slot right) => left.Index >= right.Index;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"slot {Index}");
}
