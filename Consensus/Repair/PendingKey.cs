namespace Orleans.Kv.Consensus;

/// <summary>A key taken from a <see cref="PendingSet"/>. The ticket tells this debt from a later one of the same key.</summary>
public readonly record struct PendingKey(Key Key, long Ticket);
