namespace Orleans.Kv.Consensus;

/// <summary>Asks to raise the slot's floor at least to the given one: floors move with their slots.</summary>
public sealed class FloorRequest(Slot slot, Epoch epoch, long round, Floor floor) : OneSlotRequest(slot, epoch, round)
{
    public Floor Floor { get; } = floor;

    public override string ToString() => $"Raise floor of {Slot} to {Floor}";
}
