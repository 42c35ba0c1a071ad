using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>The slots in which this node's digest is another one.</summary>
public sealed class DigestReply : SlotReply
{
    /// <exception cref="ArgumentException">The slots are not in order, each once.</exception>
    public DigestReply(long round, ImmutableArray<Slot> differing)
        : base(round)
    {
        for (var i = 0; i < differing.Length; i++)
        {
            if (differing[i].Index >= Slot.Count || (i > 0 && differing[i] <= differing[i - 1]))
                throw new ArgumentException("slots must be in order, each once", nameof(differing));
        }

        Differing = differing;
    }

    public ImmutableArray<Slot> Differing { get; }

    public override string ToString() => $"{Differing.Length} slots differ";
}
