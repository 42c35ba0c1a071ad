namespace Orleans.Kv.Consensus;

/// <summary>Whether the state was replaced. Not, where the register has moved on or was well.</summary>
public sealed class RepairedReply(long round, bool repaired) : SlotReply(round)
{
    public bool Repaired { get; } = repaired;

    public override string ToString() => Repaired ? "Repaired" : "Nothing to repair";
}
