namespace Orleans.Kv.Consensus;

/// <summary>
/// Asks to accept a state under a ballot, and with it to promise the proposer's next ballot, which saves its next write the prepare. A redelivery
/// names the ballot itself as <see cref="Next"/>: it promises nothing more.
/// </summary>
public sealed class AcceptRequest : Request
{
    public AcceptRequest(Key key, Epoch epoch, long round, Ballot ballot, RegisterState state, Ballot next)
        : base(key, epoch, round)
    {
        ArgumentNullException.ThrowIfNull(state);
        Ballot = ballot;
        State = state;
        Next = next;
    }

    public Ballot Ballot { get; }

    public RegisterState State { get; }

    public Ballot Next { get; }

    public override string ToString() => $"Accept {Ballot} ({State}) next {Next}";
}
