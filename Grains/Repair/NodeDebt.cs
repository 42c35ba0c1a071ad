using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Repair;

/// <summary>What this silo owes one node, and how it has been made good so far. Safe to call from any thread.</summary>
internal sealed class NodeDebt(NodeId node, int maxKeys, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly PendingSet _pending = new(maxKeys);
    private long _replayed;
    private long? _lastSuccess;
    private bool _replaying;

    public NodeId Node => node;

    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _pending.IsEmpty;
        }
    }

    public void Add(Key key, int bytes)
    {
        lock (_gate) _pending.Add(key, bytes, time.GetTimestamp());
    }

    /// <summary>True for one caller at a time, until <see cref="EndReplay"/>, and only where something is owed.</summary>
    public bool TryBeginReplay()
    {
        lock (_gate)
        {
            if (_replaying || _pending.IsEmpty) return false;
            return _replaying = true;
        }
    }

    public void EndReplay()
    {
        lock (_gate) _replaying = false;
    }

    public bool TryTake(out PendingKey key)
    {
        lock (_gate) return _pending.TryTake(out key);
    }

    public bool TryTake(out PendingSlot slot)
    {
        lock (_gate) return _pending.TryTake(out slot);
    }

    /// <summary>The node has the key, or is no replica of it any more.</summary>
    public void Done(PendingKey key, bool acknowledged)
    {
        lock (_gate)
        {
            _pending.Done(key);
            if (!acknowledged) return;
            _replayed++;
            _lastSuccess = time.GetTimestamp();
        }
    }

    public void Done(PendingSlot slot)
    {
        lock (_gate) _pending.Done(slot);
    }

    public void Return(PendingKey key)
    {
        lock (_gate) _pending.Return(key);
    }

    public void Return(PendingSlot slot)
    {
        lock (_gate) _pending.Return(slot);
    }

    public DebtStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new DebtStatus(
                    _pending.Keys, _pending.Slots, _pending.Bytes, AgeOf(_pending.Oldest), AgeOf(_lastSuccess), _replayed, _replaying);
            }
        }
    }

    private long? AgeOf(long? timestamp) => timestamp is { } at ? (long)time.GetElapsedTime(at).TotalMilliseconds : null;
}
