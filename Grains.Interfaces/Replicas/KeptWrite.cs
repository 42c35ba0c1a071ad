using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>A write that was accepted without a quorum, as silos hand it to each other until it is merged.</summary>
[GenerateSerializer, Immutable, Alias("kv.KeptWrite")]
public sealed class KeptWrite
{
    [Id(0)]
    public required string Key { get; init; }

    [Id(1)]
    public required WriteMark Stamp { get; init; }

    /// <summary>What made the newest committed copy that its owner could reach; a clock of zero where there was none.</summary>
    [Id(2)]
    public WriteMark Base { get; init; }

    /// <summary>The pending writes that its owner knew of, per silo the newest, in order of silo.</summary>
    [Id(3)]
    public WriteMark[] Seen { get; init; } = [];

    /// <summary>The caller's operation, the same on every retry.</summary>
    [Id(4)]
    public required Guid Origin { get; init; }

    [Id(5)]
    public required long Number { get; init; }

    [Id(6)]
    public required long Deadline { get; init; }

    /// <summary>A store, an update or a delete.</summary>
    [Id(7)]
    public required OperationCode Code { get; init; }

    /// <summary>Null for a delete.</summary>
    [Id(8)]
    public byte[]? Value { get; init; }

    /// <summary>The media type of <see cref="Value"/>; null means JSON.</summary>
    [Id(9)]
    public string? ContentType { get; init; }

    /// <summary>The hybrid timestamp at which the value runs out; 0 means never.</summary>
    [Id(10)]
    public long Expiry { get; init; }
}
