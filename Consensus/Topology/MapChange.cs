namespace Orleans.Kv.Consensus;

/// <summary>The ways in which one map follows another.</summary>
public enum MapChange
{
    /// <summary>The first map.</summary>
    Formed,

    /// <summary>A generation was added: a migration begins, or begins anew.</summary>
    Appended,

    /// <summary>A migration ended: the newest generation stands alone.</summary>
    Converged,

    /// <summary>No store of the former map is left anywhere: the cluster begins again, empty.</summary>
    StartedEmpty,

    /// <summary>An operator gave up the lost nodes.</summary>
    Recovered,
}
