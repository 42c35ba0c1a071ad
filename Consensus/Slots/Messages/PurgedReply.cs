namespace Orleans.Kv.Consensus;

/// <summary>How many of the named registers are gone by this request.</summary>
public sealed class PurgedReply(long round, int count) : SlotReply(round)
{
    public int Count { get; } = count;

    public override string ToString() => $"Purged {Count}";
}
