namespace Orleans.Kv.Consensus;

/// <summary>The accepted ballot (zero for none), with its state where that is not the one the reader said it knows.</summary>
public sealed class ReadReply(long round, Ballot accepted, RegisterState? state) : Reply(round)
{
    public Ballot Accepted { get; } = accepted;

    public RegisterState? State { get; } = state;

    public override string ToString() => $"Read accepted {Accepted}{(State is null ? "" : $" ({State})")}";
}
