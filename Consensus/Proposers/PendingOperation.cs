namespace Orleans.Kv.Consensus;

/// <summary>An operation that a proposer has taken on and not let go of yet.</summary>
internal sealed class PendingOperation(Operation operation, object? ticket, long giveUpAt)
{
    /// <summary>What stands in for the operation of a <see cref="Proposer.Settle"/>: it asks for nothing, and the round changes nothing for its sake.</summary>
    public static readonly Operation Settlement = new() { Id = default, Kind = OperationKind.Fetch };

    public Operation Operation { get; } = operation;

    /// <summary>Wants the newest state committed in the newest generation, whatever it is: a round of its own kind, that a read cannot stand in for.</summary>
    public bool Settles => ReferenceEquals(Operation, Settlement);

    public object? Ticket { get; } = ticket;

    public long GiveUpAt { get; } = giveUpAt;

    /// <summary>What it comes to if the round's state is committed.</summary>
    public Outcome? Outcome { get; set; }

    /// <summary>
    /// Some Accept of this proposer carried a state that holds its effect. From then on it can never again be called "not done": that
    /// state may lie on a minority and be adopted by anyone.
    /// </summary>
    public bool Proposed { get; set; }

    public bool Answered { get; set; }

    public Outcome Abandoned(GivenUp reason) =>
        Proposed ? new Outcome.Unknown(reason) : new Outcome.NotDone(reason);
}
