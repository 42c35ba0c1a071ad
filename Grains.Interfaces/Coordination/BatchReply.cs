using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Coordination;

/// <summary>What became of the operations of a <see cref="BatchRequest"/>, in their order.</summary>
[GenerateSerializer, Immutable, Alias("kv.BatchReply")]
public sealed class BatchReply
{
    /// <summary>
    /// Null for an operation that nobody was asked to carry out: one before it on the same key has no definite outcome yet, or its value had no room in this answer (a
    /// fetch, which changes nothing). <see cref="ReplyStatus.Unknown"/> where the key's grain was asked and has not answered.
    /// </summary>
    [Id(0)]
    public required OperationReply?[] Replies { get; init; }

    /// <summary>The silo that took the batch.</summary>
    [Id(1)]
    public required string Silo { get; init; }
}
