namespace Orleans.Kv.Consensus;

/// <summary>The steps of a slot's migration, in order.</summary>
public enum MigrationStep
{
    /// <summary>Older generations are listed; r nodes of each seal the older epochs.</summary>
    Sealing,

    /// <summary>Keys are brought into the newest generation.</summary>
    Moving,

    /// <summary>The highest floor is brought to w nodes of the newest generation.</summary>
    RaisingFloors,

    /// <summary>The newest generation has all of the slot.</summary>
    Done,
}
