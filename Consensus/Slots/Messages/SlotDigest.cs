namespace Orleans.Kv.Consensus;

/// <summary>A slot and what its registers come to: see <see cref="SlotRegisters.Digest"/>. Zero for a slot without any accepted state.</summary>
public readonly record struct SlotDigest(Slot Slot, ulong Digest);
