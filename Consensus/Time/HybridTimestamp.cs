using System.Globalization;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A hybrid logical time (Kulkarni et al., "Logical Physical Clocks", 2014) in one comparable long: 48 bits of Unix milliseconds, then 16 bits
/// of counter that tell apart what happens within a millisecond. Close to the wall clock, yet never running backwards along cause and effect.
/// </summary>
public readonly record struct HybridTimestamp(long Value) : IComparable<HybridTimestamp>
{
    private const int CounterBits = 16;

    /// <summary>The largest physical part: 2^47 − 1 ms, in the year 6429.</summary>
    public const long MaxUnixMilliseconds = long.MaxValue >> CounterBits;

    public static readonly HybridTimestamp Zero;
    public static readonly HybridTimestamp Max = new(long.MaxValue);

    public long UnixMilliseconds => Value >> CounterBits;

    public int Counter => (int)(Value & ((1 << CounterBits) - 1));

    /// <summary>The first timestamp of that millisecond; a time before 1970 or past the range is brought to its nearest end.</summary>
    public static HybridTimestamp FromUnixMilliseconds(long milliseconds) =>
        new(Math.Clamp(milliseconds, 0, MaxUnixMilliseconds) << CounterBits);

    /// <summary>The next larger timestamp; at the end of the range there is none, and a stamp that cannot rise is a broken invariant.</summary>
    public HybridTimestamp Next() =>
        this == Max ? throw new InvariantViolationException("a hybrid timestamp is at the end of its range") : new(Value + 1);

    /// <summary>This time plus a span, saturating at <see cref="Max"/>.</summary>
    public HybridTimestamp Plus(TimeSpan span)
    {
        var milliseconds = (long)span.TotalMilliseconds;
        if (milliseconds >= MaxUnixMilliseconds - UnixMilliseconds)
            return Max;
        return new HybridTimestamp(Math.Max(0, Value + (milliseconds << CounterBits)));
    }

    public static HybridTimestamp Later(HybridTimestamp left, HybridTimestamp right) => left.Value >= right.Value ? left : right;

    public int CompareTo(HybridTimestamp other) => Value.CompareTo(other.Value);

    public static bool operator <(HybridTimestamp left, HybridTimestamp right) => left.Value < right.Value;
    public static bool operator >(HybridTimestamp left, HybridTimestamp right) => left.Value > right.Value;
    public static bool operator <=(HybridTimestamp left, HybridTimestamp right) => left.Value <= right.Value;
    public static bool operator >=(HybridTimestamp left, HybridTimestamp right) => left.Value >= right.Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UnixMilliseconds}+{Counter}");
}
