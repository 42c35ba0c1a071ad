namespace Orleans.Runtime.Messaging;

/// <summary>
/// The calls that wait for one source of answers: a connection, or this process itself. A call's id holds its place in the table and a
/// number that is never used twice, so a late answer finds nothing instead of somebody else's call.
/// </summary>
internal sealed class PendingCalls
{
    private const int IndexBits = 22;
    private const int IndexMask = (1 << IndexBits) - 1;

    /// <summary>Calls in flight on one connection. Far above what memory allows to be useful; ids have no room for more.</summary>
    private const int MaxCalls = 1 << IndexBits;

    private readonly Lock _gate = new();
    private Slot[] _slots = new Slot[64];
    private int _free = -1;
    private int _used;
    private int _count;
    private long _sequence;

    public int Count => Volatile.Read(ref _count);

    public long Add(PendingCall call)
    {
        lock (_gate)
        {
            int index;
            if (_free >= 0)
            {
                index = _free;
                _free = _slots[index].NextFree;
            }
            else
            {
                if (_used == _slots.Length)
                {
                    if (_used == MaxCalls)
                    {
                        throw new LimitExceededException("calls in flight on one connection", _used, MaxCalls, string.Empty);
                    }

                    Array.Resize(ref _slots, _slots.Length * 2);
                }

                index = _used++;
            }

            var id = (++_sequence << IndexBits) | (uint)index;
            _slots[index] = new Slot { Call = call, Id = id };
            _count++;
            return id;
        }
    }

    /// <summary>The call with this id, which is the taker's now; null if it has ended.</summary>
    public PendingCall? Take(long id)
    {
        var index = (int)(id & IndexMask);
        lock (_gate)
        {
            if (index >= _used || _slots[index].Id != id || _slots[index].Call is not { } call)
            {
                return null;
            }

            Free(index);
            return call;
        }
    }

    public List<PendingCall> TakeAll() => TakeWhere(static (_, _) => true, 0);

    public List<PendingCall> TakeExpired(long now) => TakeWhere(static (call, now) => call.Deadline <= now, now);

    private List<PendingCall> TakeWhere(Func<PendingCall, long, bool> predicate, long argument)
    {
        List<PendingCall> taken = [];
        lock (_gate)
        {
            for (var index = 0; index < _used && _count > 0; index++)
            {
                if (_slots[index].Call is { } call && predicate(call, argument))
                {
                    Free(index);
                    taken.Add(call);
                }
            }
        }

        return taken;
    }

    private void Free(int index)
    {
        _slots[index] = new Slot { NextFree = _free };
        _free = index;
        _count--;
    }

    private struct Slot
    {
        public PendingCall? Call;
        public long Id;
        public int NextFree;
    }
}
