namespace Orleans.Kv.Consensus;

/// <summary>What the cluster gives up while a quorum is missing. The numbers are those of <c>POST /conf</c>.</summary>
public enum ConsistencyMode : byte
{
    /// <summary>Linearizable; a side without a quorum answers "no quorum".</summary>
    Consistent = 1,

    /// <summary>The same while a quorum is there; without one, stale reads and pending writes.</summary>
    Available = 2,
}
