namespace Orleans.Kv.Interfaces.Topology;

/// <summary>What a silo has migrated under one epoch. Only the silo itself counts this: a leader that has just begun asks all of them.</summary>
[GenerateSerializer, Immutable, Alias("kv.MigrationReport")]
public sealed class MigrationReport
{
    /// <summary>The epoch that the silo is at. Where it is not the order's, all else is empty.</summary>
    [Id(0)]
    public required long Epoch { get; init; }

    /// <summary>A bit per slot that is done.</summary>
    [Id(1)]
    public byte[] Done { get; init; } = [];

    /// <summary>Keys brought into the newest generation, those of slots under way included.</summary>
    [Id(2)]
    public long KeysMoved { get; init; }

    /// <summary>From the first order under this epoch to the last slot done, or to now.</summary>
    [Id(3)]
    public long Milliseconds { get; init; }

    /// <summary>What the slot that has been under way for longest waits for, in words; null where none is.</summary>
    [Id(4)]
    public string? WaitingFor { get; init; }
}
