using System.Numerics;

namespace Orleans.Kv.Consensus;

/// <summary>
/// A quorum to be reached: so many yes votes of these members. Members and votes are bits, numbered by the placement's node list, so that
/// one set of votes is tallied against the quorums of several generations, and a repeated vote cannot count twice.
/// </summary>
public readonly record struct Quorum(ulong Members, int Needed)
{
    /// <summary>One bit each; far above any replica set (three) times the generations a map can have.</summary>
    public const int MaxNodes = 64;

    public int Size => BitOperations.PopCount(Members);

    public Tally Count(ulong yes, ulong no)
    {
        if (BitOperations.PopCount(yes & Members) >= Needed)
            return Tally.Won;
        return BitOperations.PopCount(Members & ~no) < Needed ? Tally.Lost : Tally.Pending;
    }
}
