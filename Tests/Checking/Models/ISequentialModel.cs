namespace Orleans.Kv.Tests.Checking.Models;

/// <summary>What an object may do when its operations come one after another.</summary>
/// <typeparam name="TState">The object's state; compared by value.</typeparam>
/// <typeparam name="TOperation">An operation together with the answer that it got, or with the fact that its outcome is unknown.</typeparam>
public interface ISequentialModel<TState, TOperation>
{
    TState Initial { get; }

    /// <summary>
    /// Every state in which the object can be after <paramref name="operation"/> in <paramref name="state"/> with this very answer;
    /// none when the answer is impossible there. For an unknown outcome: the states after it *has* taken effect.
    /// </summary>
    IEnumerable<TState> Step(TState state, TOperation operation);

    /// <summary>Whether the operation need never take effect at all, because its outcome is unknown.</summary>
    bool IsOptional(TOperation operation);
}
