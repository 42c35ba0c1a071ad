using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Coordination;

/// <summary>One operation of a batch and its key.</summary>
[GenerateSerializer, Immutable, Alias("kv.BatchEntry")]
public sealed class BatchEntry
{
    [Id(0)]
    public required string Key { get; init; }

    [Id(1)]
    public required OperationRequest Request { get; init; }
}
