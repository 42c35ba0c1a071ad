using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>One answer per key of the request, in its order. True: the register is a tombstone at exactly that ballot, or was only promised, or is absent.</summary>
public sealed class HoldsReply(long round, ImmutableArray<bool> held) : SlotReply(round)
{
    public ImmutableArray<bool> Held { get; } = held;

    public override string ToString() => $"Holds {Held.Count(static held => held)} of {Held.Length}";
}
