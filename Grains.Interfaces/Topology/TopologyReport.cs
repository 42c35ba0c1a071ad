using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Interfaces.Topology;

/// <summary>What the topology grain knows: which silo leads, which map is in force, and what it is doing about it.</summary>
[GenerateSerializer, Immutable, Alias("kv.TopologyReport")]
public sealed class TopologyReport
{
    /// <summary>The silo that hosts the topology grain.</summary>
    [Id(0)]
    public required string Leader { get; init; }

    /// <summary>The newest epoch it knows; 0 before the first map.</summary>
    [Id(1)]
    public required long Epoch { get; init; }

    /// <summary>How far the migration is; null on a stable map.</summary>
    [Id(2)]
    public MigrationStatus? Migration { get; init; }

    /// <summary>The last migration that this leader saw through; null before one.</summary>
    [Id(5)]
    public MigrationStatus? LastMigration { get; init; }

    /// <summary>Names of nodes without which some slots have no quorum, and which therefore keep the map as it is; empty where nothing is held up.</summary>
    [Id(3)]
    public string[] MajorityLost { get; init; } = [];

    /// <summary>Why nothing more is changed at present, in words; null before the first look.</summary>
    [Id(4)]
    public string? Reason { get; init; }
}
