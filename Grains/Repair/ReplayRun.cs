using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// One attempt to make good what is owed to a node: it ends when nothing is left, or with the first failure. It begins with a single key, so that a node which is still away costs one
/// message per attempt; with every acknowledgement the window grows, up to the option's.
/// </summary>
internal sealed class ReplayRun(NodeDebt debt, ClusterMap map, Settler settler, int maxWindow, RepairCounters counters) : ISettleReceiver
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;
    private int _window = 1;
    private int _replayed;
    private bool _failed;

    /// <summary>How many keys were made good.</summary>
    public int Replayed => _replayed;

    /// <summary>True where no key is left that was not added meanwhile.</summary>
    public async Task<bool> Run()
    {
        Pump();
        await _ended.Task;
        if (_replayed > 0) counters.OnReplay();
        return !_failed;
    }

    public void OnSettled(Key key, long tag, SettleResult result)
    {
        var pending = new PendingKey(key, tag);
        if (result == SettleResult.Failed)
        {
            debt.Return(pending);
        }
        else
        {
            // Settled is as good: the node has it, or has failed to acknowledge that as well and is owed it anew.
            debt.Done(pending, acknowledged: true);
            counters.OnReplayedKey();
        }

        lock (_gate)
        {
            _open--;
            _failed |= result == SettleResult.Failed;
            if (result != SettleResult.Failed)
            {
                _replayed++;
                _window = Math.Min(maxWindow, _window * 2);
            }
        }

        Pump();
    }

    private void Pump()
    {
        lock (_gate)
        {
            while (!_failed && _open < _window && debt.TryTake(out PendingKey key))
            {
                if (map[key.Key].Replicas.Contains(debt.Node))
                {
                    _open++;
                    settler.Redeliver(key.Key, Ballot.Zero, [debt.Node], 1, key.Ticket, this);
                }
                else
                {
                    // The slot has moved, and with it the key.
                    debt.Done(key, acknowledged: false);
                }
            }

            if (_open == 0) _ended.TrySetResult();
        }
    }
}
