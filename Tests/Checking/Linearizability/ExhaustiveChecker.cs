using Orleans.Kv.Tests.Checking.Models;

namespace Orleans.Kv.Tests.Checking.Linearizability;

/// <summary>
/// The dumb checker, for any object: Wing and Gong's search ("Testing and verifying concurrent objects", 1993), which tries every
/// order and only remembers where it has been. The oracle of <see cref="LinearizabilityChecker"/>; for histories of a few dozen
/// operations on one object at most.
/// </summary>
public sealed class ExhaustiveChecker<TState, TOperation>(ISequentialModel<TState, TOperation> model)
    where TState : notnull
{
    private readonly HashSet<(ulong Applied, TState State)> _seen = [];
    private (TOperation Operation, long Invoked, long Returned)[] _operations = [];

    /// <param name="operations">At most 64, each with its invocation and its return (<see cref="long.MaxValue"/> for none).</param>
    public bool IsLinearizable(IReadOnlyCollection<(TOperation Operation, long Invoked, long Returned)> operations)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(operations.Count, 64);
        _operations = [.. operations];
        _seen.Clear();
        return Search(0, model.Initial);
    }

    private bool Search(ulong applied, TState state)
    {
        if (!_seen.Add((applied, state)))
            return false;

        // What returned first must take effect before anything that was invoked later does.
        var firstReturn = long.MaxValue;
        var finished = true;
        for (var i = 0; i < _operations.Length; i++)
        {
            if ((applied >> i & 1) != 0 || model.IsOptional(_operations[i].Operation))
                continue;
            finished = false;
            firstReturn = Math.Min(firstReturn, _operations[i].Returned);
        }

        if (finished)
            return true;
        for (var i = 0; i < _operations.Length; i++)
        {
            if ((applied >> i & 1) != 0 || _operations[i].Invoked > firstReturn)
                continue;
            foreach (var next in model.Step(state, _operations[i].Operation))
            {
                if (Search(applied | 1UL << i, next))
                    return true;
            }
        }

        return false;
    }
}
