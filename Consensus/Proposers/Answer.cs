namespace Orleans.Kv.Consensus;

/// <summary>An answer to be given to a caller; the ticket is the object that came with <see cref="Proposer.Submit"/>.</summary>
public readonly record struct Answer(object? Ticket, Operation Operation, Outcome Outcome);
