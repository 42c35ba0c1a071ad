using System.Runtime.InteropServices;
using Orleans.Kv.Api.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>
/// How a batch goes out: its operations by keys, and the keys by the silos that have their grains, so that each silo is asked once. The operations of one key stay together and in
/// their order.
/// </summary>
internal sealed class BatchPlan
{
    /// <summary>
    /// Values in one call, as much as one value may have: a large batch becomes several calls, and other traffic gets between them. What of a key does not fit is carried out afterwards.
    /// </summary>
    public const int MaxCallBytes = OperationLimits.MaxValueBytes;

    private readonly Dictionary<string, BatchTurn> _turns = new(StringComparer.Ordinal);
    private readonly List<BatchCall> _calls = [];

    /// <summary>Plans the batch; <paramref name="coordinatorFor"/> names the coordinator on the silo of a key's grain, negative where the grain is not to be asked.</summary>
    public BatchPlan(IReadOnlyList<OperationInput> inputs, Func<OperationInput, int> coordinatorFor)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            ref var turn = ref CollectionsMarshal.GetValueRefOrAddDefault(_turns, inputs[i].Route.Key, out _);
            turn ??= new BatchTurn();
            turn.Indexes.Add(i);
        }

        var open = new Dictionary<int, BatchCall>();
        foreach (var turn in _turns.Values) Assign(turn, inputs, coordinatorFor(inputs[turn.Indexes[0]]), open);
        // The way round by another grain is worth it for several operations only.
        foreach (var call in _calls.Where(static call => call.Count == 1)) call.Turns[0].LeaveCall();
        _calls.RemoveAll(static call => call.Count == 1);
    }

    public IEnumerable<BatchTurn> Turns => _turns.Values;

    public IReadOnlyList<BatchCall> Calls => _calls;

    private void Assign(BatchTurn turn, IReadOnlyList<OperationInput> inputs, int coordinator, Dictionary<int, BatchCall> open)
    {
        if (coordinator < 0) return;
        var bytes = 0L;
        var count = 0;
        foreach (var index in turn.Indexes)
        {
            var more = (inputs[index].Value?.Length ?? 0) + (inputs[index].Expect?.Length ?? 0);
            if (count > 0 && bytes + more > MaxCallBytes) break;
            bytes += more;
            count++;
        }

        if (!open.TryGetValue(coordinator, out var call) || call.Bytes + bytes > MaxCallBytes)
        {
            call = new BatchCall(coordinator);
            open[coordinator] = call;
            _calls.Add(call);
        }

        call.Add(turn, count, bytes);
    }
}
