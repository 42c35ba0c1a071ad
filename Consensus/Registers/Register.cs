namespace Orleans.Kv.Consensus;

/// <summary>
/// What one node knows of one key: the ballot it promised, and the ballot and state it accepted. The default is an absent register, whose promise is
/// its slot's floor. <paramref name="State"/> is null exactly while <paramref name="Accepted"/> is zero: nobody accepts "nothing".
/// </summary>
public readonly record struct Register(Ballot Promised, Ballot Accepted, RegisterState? State)
{
    public static readonly Register Absent;

    public bool IsAbsent => Promised.IsZero && State is null;

    /// <summary>The hash of the accepted state for digests, or zero where nothing was accepted.</summary>
    public ulong StateHash => State?.Hash ?? 0;

    public override string ToString() => $"promised {Promised}, accepted {Accepted}: {State?.ToString() ?? "nothing"}";
}
