namespace Orleans.Kv.Grains.Repair;

/// <summary>What is owed to one node at one moment; ages in milliseconds, null where there is nothing.</summary>
internal readonly record struct DebtStatus(int Keys, int Slots, long Bytes, long? OldestAge, long? LastSuccessAge, long Replayed, bool Replaying);
