namespace Orleans.Kv.Consensus;

/// <summary>
/// Who has answered a round, and how; one bit per node of the placement. A refusal is an answer, a failure is none: only failures say that nodes cannot be
/// reached, and a real answer that arrives after its failure was reported takes the failure's place.
/// </summary>
internal struct Votes
{
    public ulong Asked { get; private set; }

    public ulong Yes { get; private set; }

    public ulong Refused { get; private set; }

    public ulong Failed { get; private set; }

    public readonly ulong Outstanding => Asked & ~(Yes | Refused | Failed);

    public void Ask(int node) => Asked |= 1UL << node;

    /// <summary>False where the node has voted already: a duplicate must not be counted, nor change a vote.</summary>
    public bool TryYes(int node)
    {
        if (!TryVote(node))
            return false;
        Yes |= 1UL << node;
        return true;
    }

    public bool TryRefuse(int node)
    {
        if (!TryVote(node))
            return false;
        Refused |= 1UL << node;
        return true;
    }

    public bool TryFail(int node)
    {
        var bit = 1UL << node;
        if (((Yes | Refused | Failed) & bit) != 0)
            return false;
        Failed |= bit;
        return true;
    }

    private bool TryVote(int node)
    {
        var bit = 1UL << node;
        if (((Yes | Refused) & bit) != 0)
            return false;
        Failed &= ~bit;
        return true;
    }
}
