namespace Orleans.Kv.Interfaces.Cluster;

/// <summary>How far a migration is, under the present map. A map change that supersedes it begins a new count.</summary>
[GenerateSerializer, Immutable, Alias("kv.MigrationStatus")]
public sealed class MigrationStatus
{
    [Id(0)]
    public required int SlotsDone { get; init; }

    /// <summary>The slots whose replica sets or write quorums differ between the generations; the others need no migration.</summary>
    [Id(1)]
    public required int SlotsTotal { get; init; }

    /// <summary>Keys brought into the newest generation so far.</summary>
    [Id(2)]
    public required long KeysMoved { get; init; }

    /// <summary>The rate of the migration so far, from its first key on.</summary>
    [Id(3)]
    public required double KeysPerSecond { get; init; }

    /// <summary>What keeps it from going on, in words; null while nothing does.</summary>
    [Id(4)]
    public string? WaitingFor { get; init; }

    /// <summary>The epoch of the map in migration.</summary>
    [Id(5)]
    public long Epoch { get; init; }
}
