namespace Orleans.Kv.Consensus;

/// <summary>The floor is at least the given one, and durable.</summary>
public sealed class FloorReply(long round) : SlotReply(round)
{
    public override string ToString() => "Floor raised";
}
