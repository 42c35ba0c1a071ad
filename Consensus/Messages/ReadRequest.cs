namespace Orleans.Kv.Consensus;

/// <summary>Asks which ballot is accepted, with its state only where it is not the known one. Promises nothing, leaves no trace.</summary>
public sealed class ReadRequest(Key key, Epoch epoch, long round, Ballot known) : Request(key, epoch, round)
{
    /// <summary>The accepted ballot whose state the sender has; zero for none.</summary>
    public Ballot Known { get; } = known;

    public override string ToString() => $"Read known {Known}";
}
