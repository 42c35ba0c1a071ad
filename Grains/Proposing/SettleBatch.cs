using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Proposing;

/// <summary>Some keys given to the <see cref="Settler"/> together, and awaited together.</summary>
internal sealed class SettleBatch : ISettleReceiver
{
    private readonly TaskCompletionSource<int> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private int _failures;

    /// <param name="keys">How many will be given.</param>
    public SettleBatch(int keys)
    {
        _left = keys;
        if (keys == 0) _failed.SetResult(0);
    }

    /// <summary>How many could not be brought over, when all are done.</summary>
    public Task<int> Failed => _failed.Task;

    public void OnSettled(Key key, long tag, SettleResult result)
    {
        if (result == SettleResult.Failed) Interlocked.Increment(ref _failures);
        if (Interlocked.Decrement(ref _left) == 0) _failed.SetResult(Volatile.Read(ref _failures));
    }
}
