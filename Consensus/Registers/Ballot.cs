using System.Globalization;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A ballot carries one state for ever. Compared by epoch, number, proposer, in that order. The epoch leads: a proposer of an old epoch may have left
/// a high-numbered state on a minority of the old generation, which must lose against what the new generation commits.
/// </summary>
public readonly record struct Ballot(Epoch Epoch, long Number, ProposerId Proposer) : IComparable<Ballot>
{
    /// <summary>Below every ballot of a proposer: "nothing promised", "nothing accepted", "nothing known".</summary>
    public static readonly Ballot Zero;

    public bool IsZero => this == Zero;

    /// <summary>The same proposer's next ballot.</summary>
    public Ballot Next() => this with { Number = checked(Number + 1) };

    public static Ballot Higher(in Ballot left, in Ballot right) => left.CompareTo(right) >= 0 ? left : right;

    public int CompareTo(Ballot other)
    {
        var byEpoch = Epoch.CompareTo(other.Epoch);
        if (byEpoch != 0)
            return byEpoch;
        var byNumber = Number.CompareTo(other.Number);
        return byNumber != 0 ? byNumber : Proposer.CompareTo(other.Proposer);
    }

    public static bool operator <(Ballot left, Ballot right) => left.CompareTo(right) < 0;
    public static bool operator >(Ballot left, Ballot right) => left.CompareTo(right) > 0;
    public static bool operator <=(Ballot left, Ballot right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Ballot left, Ballot right) => left.CompareTo(right) >= 0;

    public override string ToString() =>
        IsZero ? "none" : string.Create(CultureInfo.InvariantCulture, $"{Epoch}.{Number}@{Proposer}");
}
