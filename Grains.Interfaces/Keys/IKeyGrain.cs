using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Keys;

/// <summary>
/// The grain of one key: orders the key's operations and proposes them to the key's replicas. Its id is the key itself.
/// One activation is the rule and makes the fast path fast; two are safe, because ballots decide, not activations.
/// </summary>
[Alias("kv.IKeyGrain")]
public interface IKeyGrain : IGrainWithStringKey
{
    /// <summary>
    /// Carries out one operation. Never throws for an expected outcome: what happened is the reply's
    /// <see cref="OperationReply.Status"/>. An exception means that the call itself failed, so that the operation may or may
    /// not have happened: repeat the same request, with the same id, here or at a coordinator.
    /// </summary>
    [Alias("Execute")]
    ValueTask<OperationReply> Execute(OperationRequest request);
}
