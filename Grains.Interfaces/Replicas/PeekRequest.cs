namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>What a silo is asked about one key when no quorum is to be asked: see <see cref="IReplicaService.Peek"/>.</summary>
[GenerateSerializer, Immutable, Alias("kv.PeekRequest")]
public sealed class PeekRequest
{
    [Id(0)]
    public required string Key { get; init; }

    /// <summary>With <see cref="Number"/>, the write that the asker is about to accept: it may be a retry of one that the asked silo knows. Empty for a read.</summary>
    [Id(1)]
    public Guid Origin { get; init; }

    [Id(2)]
    public long Number { get; init; }
}
