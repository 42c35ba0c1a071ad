namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>Some of the keys whose copies on one silo list conflicts, in the order of keys.</summary>
[GenerateSerializer, Immutable, Alias("kv.ConflictedKeys")]
public sealed class ConflictedKeys
{
    [Id(0)]
    public required ConflictedKey[] Keys { get; init; }

    /// <summary>There are more behind the last one.</summary>
    [Id(1)]
    public bool HasMore { get; init; }
}
