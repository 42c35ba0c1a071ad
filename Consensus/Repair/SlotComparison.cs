using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What two replicas have to tell each other about a slot. Made from a listing of each; what they promised plays no part. Either may have moved on since it was listed:
/// redelivery does no harm then.
/// </summary>
/// <param name="Push">Where the first has accepted something newer: to be redelivered to the second, or settled where that refuses.</param>
/// <param name="Pull">Where the second has accepted something newer.</param>
/// <param name="Corrupt">
/// Where they have the same ballot and not the same state, or the newer copy is known to be corrupt: for <see cref="RepairRule"/>. A corrupt copy that is merely older is
/// overwritten like any other.
/// </param>
public sealed record SlotComparison(ImmutableArray<KeyAtBallot> Push, ImmutableArray<KeyAtBallot> Pull, ImmutableArray<KeyAtBallot> Corrupt)
{
    public bool AreEqual => Push.IsEmpty && Pull.IsEmpty && Corrupt.IsEmpty;

    /// <summary>Compares whole listings, both in <see cref="SlotOrder"/>; or those parts of them that lie between the same two keys.</summary>
    public static SlotComparison Of(ReadOnlySpan<ListedRegister> first, ReadOnlySpan<ListedRegister> second)
    {
        var push = ImmutableArray.CreateBuilder<KeyAtBallot>();
        var pull = ImmutableArray.CreateBuilder<KeyAtBallot>();
        var corrupt = ImmutableArray.CreateBuilder<KeyAtBallot>();
        int i = 0, j = 0;
        while (i < first.Length || j < second.Length)
        {
            var order = i == first.Length ? 1 : j == second.Length ? -1 : SlotOrder.Instance.Compare(first[i].Key, second[j].Key);
            // Who does not list the key has accepted nothing of it.
            var mine = order <= 0 ? first[i++] : default;
            var theirs = order >= 0 ? second[j++] : default;
            var key = mine.Key ?? theirs.Key;
            var byBallot = mine.Accepted.CompareTo(theirs.Accepted);
            var newer = byBallot >= 0 ? mine : theirs;
            var isCorrupt = newer.IsCorrupt || (byBallot == 0 && (theirs.IsCorrupt || mine.StateHash != theirs.StateHash));
            if (isCorrupt)
                corrupt.Add(new KeyAtBallot(key, newer.Accepted));
            else if (byBallot > 0)
                push.Add(new KeyAtBallot(key, newer.Accepted));
            else if (byBallot < 0)
                pull.Add(new KeyAtBallot(key, newer.Accepted));
        }

        return new SlotComparison(push.ToImmutable(), pull.ToImmutable(), corrupt.ToImmutable());
    }
}
