namespace Orleans.Kv.Consensus;

/// <summary>A slot taken from a <see cref="PendingSet"/>. The ticket tells this debt from a later one of the same slot.</summary>
public readonly record struct PendingSlot(Slot Slot, long Ticket);
