namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>What one silo knows of a key by itself.</summary>
[GenerateSerializer, Immutable, Alias("kv.PeekReply")]
public sealed class PeekReply
{
    /// <summary>Its replica's copy: a frame of the consensus core with one answer to a read; null where it holds no copies of that key, or one that is corrupt.</summary>
    [Id(0)]
    public byte[]? Frame { get; init; }

    /// <summary>It has missed nothing that was committed, as far as it knows.</summary>
    [Id(1)]
    public bool InSync { get; init; }

    /// <summary>The pending writes to the key that it keeps.</summary>
    [Id(2)]
    public KeptWrite[] Pending { get; init; } = [];

    /// <summary>The asker's operation was accepted as a pending write before.</summary>
    [Id(3)]
    public bool Accepted { get; init; }
}
