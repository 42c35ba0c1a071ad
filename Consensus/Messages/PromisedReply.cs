namespace Orleans.Kv.Consensus;

/// <summary>Promised: nothing below <see cref="Ballot"/> will be accepted here. What was accepted so far, and the slot's floor.</summary>
public sealed class PromisedReply(long round, Ballot ballot, Ballot accepted, RegisterState? state, Floor floor) : Reply(round)
{
    public Ballot Ballot { get; } = ballot;

    public Ballot Accepted { get; } = accepted;

    /// <summary>The state of <see cref="Accepted"/>; null exactly where that is zero.</summary>
    public RegisterState? State { get; } = state;

    public Floor Floor { get; } = floor;

    public override string ToString() => $"Promised {Ballot}, accepted {Accepted}{(State is null ? "" : $" ({State})")}";
}
