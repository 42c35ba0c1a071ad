using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Operations.Batches;

/// <summary>One operation of a batch as it was read: the operation, or what is wrong with it.</summary>
internal readonly record struct BatchItem(OperationInput? Input, Problem? Problem);
