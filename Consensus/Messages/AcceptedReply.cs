namespace Orleans.Kv.Consensus;

/// <summary>Accepted, and durable before this reply left.</summary>
public sealed class AcceptedReply(long round, Ballot ballot) : Reply(round)
{
    public Ballot Ballot { get; } = ballot;

    public override string ToString() => $"Accepted {Ballot}";
}
