namespace Orleans.Kv.Consensus;

/// <summary>Refused, because <see cref="Promised"/> is promised already.</summary>
public sealed class RefusedReply(long round, Ballot ballot, Ballot promised) : Reply(round)
{
    /// <summary>The refused ballot.</summary>
    public Ballot Ballot { get; } = ballot;

    public Ballot Promised { get; } = promised;

    public override string ToString() => $"Refused {Ballot}, promised {Promised}";
}
