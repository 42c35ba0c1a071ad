namespace Orleans.Kv.Consensus;

/// <summary>Asks to promise a ballot and to tell what was accepted below it.</summary>
public sealed class PrepareRequest(Key key, Epoch epoch, long round, Ballot ballot) : Request(key, epoch, round)
{
    public Ballot Ballot { get; } = ballot;

    public override string ToString() => $"Prepare {Ballot}";
}
