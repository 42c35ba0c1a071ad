namespace Orleans.Kv.Consensus;

/// <summary>Promised: nothing below <see cref="Ballot"/> will be accepted here. What was accepted so far, and the slot's floor.</summary>
public sealed class PromisedReply : Reply
{
    /// <exception cref="ArgumentException">An accepted ballot without its state, or a state without its ballot.</exception>
    public PromisedReply(long round, Ballot ballot, Ballot accepted, RegisterState? state, Floor floor)
        : base(round)
    {
        if (accepted.IsZero != state is null)
            throw new ArgumentException("an accepted ballot and its state go together", nameof(state));
        Ballot = ballot;
        Accepted = accepted;
        State = state;
        Floor = floor;
    }

    public Ballot Ballot { get; }

    public Ballot Accepted { get; }

    /// <summary>The state of <see cref="Accepted"/>; null exactly where that is zero.</summary>
    public RegisterState? State { get; }

    public Floor Floor { get; }

    public override string ToString() => $"Promised {Ballot}, accepted {Accepted}{(State is null ? "" : $" ({State})")}";
}
