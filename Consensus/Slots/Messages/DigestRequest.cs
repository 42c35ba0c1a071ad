using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Tells the digests of some slots and asks in which of them the other node differs. A digest of zero asks whether the other node holds anything accepted at all, which
/// those who purge ask of the nodes that are no replicas of the slot.
/// </summary>
public sealed class DigestRequest : SlotRequest
{
    /// <exception cref="ArgumentException">The slots are not in order, each once.</exception>
    public DigestRequest(Epoch epoch, long round, ImmutableArray<SlotDigest> digests)
        : base(epoch, round)
    {
        for (var i = 0; i < digests.Length; i++)
        {
            if (digests[i].Slot.Index >= Slot.Count || (i > 0 && digests[i].Slot <= digests[i - 1].Slot))
                throw new ArgumentException("digests must be in order of slot, each once", nameof(digests));
        }

        Digests = digests;
    }

    public ImmutableArray<SlotDigest> Digests { get; }

    /// <summary>The answer of the node whose digests these are; null where it needs the newer map first.</summary>
    public SlotReply? Answer(ClusterMap map, Func<Slot, ulong> digestOf)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(digestOf);
        if (Epoch < map.Epoch)
            return new StaleSlotReply(Round, map);
        if (Epoch > map.Epoch)
            return null;
        var differing = ImmutableArray.CreateBuilder<Slot>();
        foreach (var (slot, digest) in Digests)
        {
            if (digestOf(slot) != digest)
                differing.Add(slot);
        }

        return new DigestReply(Round, differing.ToImmutable());
    }

    public override string ToString() => $"Digests of {Digests.Length} slots";
}
