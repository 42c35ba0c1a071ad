namespace Orleans.Kv.Interfaces.Cluster;

/// <summary>The cluster as one silo sees it at one moment. Two silos may differ for as long as news needs to travel.</summary>
[GenerateSerializer, Immutable, Alias("kv.ClusterStatus")]
public sealed class ClusterStatus
{
    /// <summary>The epoch of the map this silo works with; 0 before the first map exists.</summary>
    [Id(0)]
    public required long Epoch { get; init; }

    /// <summary>1 is CP, 2 is AP.</summary>
    [Id(1)]
    public required int Mode { get; init; }

    /// <summary>The silo that hosts the topology grain, as far as known here; null when nobody does.</summary>
    [Id(2)]
    public string? Leader { get; init; }

    [Id(3)]
    public bool Migrating { get; init; }

    /// <summary>How many nodes the first map waits for, while <see cref="Epoch"/> is 0.</summary>
    [Id(4)]
    public int FormationSize { get; init; }

    /// <summary>The silo that gave this view.</summary>
    [Id(5)]
    public required string Silo { get; init; }

    /// <summary>The map's nodes first, then those that are registered and outside it.</summary>
    [Id(6)]
    public required NodeStatus[] Nodes { get; init; }

    /// <summary>How far the migration is; null on a stable map, and where the leader does not answer.</summary>
    [Id(7)]
    public MigrationStatus? Migration { get; init; }

    /// <summary>
    /// Names of nodes without which some slots have no quorum, so that the map stays as it is: they return, or an operator recovers without them.
    /// </summary>
    [Id(8)]
    public string[] MajorityLost { get; init; } = [];

    /// <summary>The last migration that the present leader saw through; null before one.</summary>
    [Id(10)]
    public MigrationStatus? LastMigration { get; init; }

    /// <summary>What the leader is about or waits for, in words; null where it does not answer.</summary>
    [Id(9)]
    public string? LeaderSays { get; init; }
}
