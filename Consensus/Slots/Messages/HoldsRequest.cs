using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// The question before a purge, asked of all n replicas: raise the floor to the given one, and say of each key whether nothing but exactly this state of it is left with
/// you. See <see cref="PurgeCandidates"/> for the whole of it.
/// </summary>
public sealed class HoldsRequest : OneSlotRequest
{
    /// <exception cref="ArgumentException">A key is of another slot, or there are too many.</exception>
    public HoldsRequest(Slot slot, Epoch epoch, long round, Floor floor, ImmutableArray<KeyAtBallot> keys)
        : base(slot, epoch, round)
    {
        Check(slot, keys);
        Floor = floor;
        Keys = keys;
    }

    /// <summary>At least what the asking node's own floor will be after the purge.</summary>
    public Floor Floor { get; }

    /// <summary>The tombstones by the ballot they were accepted at; with zero, registers that were only promised.</summary>
    public ImmutableArray<KeyAtBallot> Keys { get; }

    public override string ToString() => $"Holds {Keys.Length} of {Slot}";
}
