using System.Diagnostics.CodeAnalysis;

namespace Orleans.Kv.Consensus;

/// <summary>
/// When a write was made, and where: what "newest" goes by between writes that did not know of each other. By clock, then by silo, so that no two writes of different
/// silos are ever equal.
/// </summary>
/// <param name="clock">The hybrid time of the write.</param>
/// <param name="silo">The silo that accepted it without a quorum; empty for one that was committed at once.</param>
public readonly struct WriteStamp(HybridTimestamp clock, string silo) : IEquatable<WriteStamp>, IComparable<WriteStamp>
{
    /// <summary>Before every write.</summary>
    public static readonly WriteStamp None;

    private readonly string? _silo = silo;

    public HybridTimestamp Clock { get; } = clock;

    public string Silo => _silo ?? "";

    public int CompareTo(WriteStamp other)
    {
        var byClock = Clock.CompareTo(other.Clock);
        return byClock != 0 ? byClock : string.CompareOrdinal(Silo, other.Silo);
    }

    public bool Equals(WriteStamp other) => Clock == other.Clock && string.Equals(Silo, other.Silo, StringComparison.Ordinal);

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is WriteStamp other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Clock, Silo);

    public static bool operator ==(WriteStamp left, WriteStamp right) => left.Equals(right);
    public static bool operator !=(WriteStamp left, WriteStamp right) => !left.Equals(right);
    public static bool operator <(WriteStamp left, WriteStamp right) => left.CompareTo(right) < 0;
    public static bool operator >(WriteStamp left, WriteStamp right) => left.CompareTo(right) > 0;
    public static bool operator <=(WriteStamp left, WriteStamp right) => left.CompareTo(right) <= 0;
    public static bool operator >=(WriteStamp left, WriteStamp right) => left.CompareTo(right) >= 0;

    public override string ToString() => Silo.Length == 0 ? Clock.ToString() : $"{Clock}@{Silo}";
}
