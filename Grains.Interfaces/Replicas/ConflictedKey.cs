namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>A key whose copy on one silo lists conflicts.</summary>
[GenerateSerializer, Immutable, Alias("kv.ConflictedKey")]
public sealed class ConflictedKey
{
    [Id(0)]
    public required string Key { get; init; }

    /// <summary>The copy: a frame of the consensus core with one answer to a read.</summary>
    [Id(1)]
    public required byte[] Frame { get; init; }
}
