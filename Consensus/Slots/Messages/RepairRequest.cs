namespace Orleans.Kv.Consensus;

/// <summary>
/// Asks to replace a state that was found corrupt by <see cref="RepairRule"/>: where the register's accepted ballot is exactly the given one and its state is another.
/// </summary>
public sealed class RepairRequest : OneSlotRequest
{
    /// <exception cref="ArgumentException">The key is of another slot, or the ballot zero.</exception>
    public RepairRequest(Slot slot, Epoch epoch, long round, Key key, Ballot ballot, RegisterState state)
        : base(slot, epoch, round)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(state);
        if (key.Slot != slot)
            throw new ArgumentException($"the key is not in {slot}", nameof(key));
        if (ballot.IsZero)
            throw new ArgumentException("nothing is accepted at ballot zero", nameof(ballot));
        Key = key;
        Ballot = ballot;
        State = state;
    }

    public Key Key { get; }

    public Ballot Ballot { get; }

    public RegisterState State { get; }

    public override string ToString() => $"Repair {Ballot} ({State})";
}
