using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>
/// What one node has missed: keys of which an Accept to it was not acknowledged. To be replayed when it answers again, by redelivery of whatever the register holds
/// then. Not what was lost is kept, but where: a key that failed a thousand times is owed once.
/// <para>
/// Bounded. Past the bound the slot of each further key is owed as a whole, for a comparison of listings: a long absence costs more to make good, but never more memory.
/// </para>
/// <para>
/// A key or slot that is taken stays owed until it is reported done. One that is added while it is taken is owed anew: the replay under way may have read the register
/// before the write that failed. Its report then counts for nothing.
/// </para>
/// <para>Nothing of this is needed for safety: what is forgotten, anti-entropy finds. Not thread safe.</para>
/// </summary>
public sealed class PendingSet
{
    /// <summary>Some megabytes per absent node; the keys of a second or two of full load. Whoever is away for longer is compared by slots.</summary>
    public const int DefaultMaxKeys = 65_536;

    private readonly int _maxKeys;
    private readonly Dictionary<Key, Debt> _keys = new(Key.Comparer);
    private readonly Dictionary<Slot, Debt> _slots = [];
    private readonly Queue<PendingKey> _waitingKeys = [];
    private readonly Queue<PendingSlot> _waitingSlots = [];
    private long _tickets;

    public PendingSet(int maxKeys = DefaultMaxKeys)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxKeys, 1);
        _maxKeys = maxKeys;
    }

    /// <summary>Keys owed, those under way included.</summary>
    public int Keys => _keys.Count;

    /// <summary>Slots owed as a whole, those under way included.</summary>
    public int Slots => _slots.Count;

    public bool IsEmpty => _keys.Count == 0 && _slots.Count == 0;

    /// <summary>About how many bytes the replay of the keys will take. Of owed slots nobody knows.</summary>
    public long Bytes { get; private set; }

    /// <summary>Since when the oldest debt stands; null where there is none. Looks at all.</summary>
    public long? Oldest
    {
        get
        {
            var oldest = long.MaxValue;
            foreach (var debt in _keys.Values)
                oldest = Math.Min(oldest, debt.Since);
            foreach (var debt in _slots.Values)
                oldest = Math.Min(oldest, debt.Since);
            return IsEmpty ? null : oldest;
        }
    }

    /// <summary>The node did not acknowledge an Accept of that key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="bytes">About what the Accept took.</param>
    /// <param name="now">The time, in whatever unit the caller reads <see cref="Oldest"/>.</param>
    public void Add(Key key, int bytes, long now)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_keys.Count >= _maxKeys && !_keys.ContainsKey(key))
        {
            AddSlot(key.Slot, now);
            return;
        }

        ref var debt = ref CollectionsMarshal.GetValueRefOrAddDefault(_keys, key, out var known);
        Bytes += bytes - debt.Bytes;
        debt.Bytes = bytes;
        if (Owe(ref debt, known, now))
            _waitingKeys.Enqueue(new PendingKey(key, debt.Ticket));
    }

    /// <summary>The node may have missed anything in that slot.</summary>
    public void AddSlot(Slot slot, long now)
    {
        ref var debt = ref CollectionsMarshal.GetValueRefOrAddDefault(_slots, slot, out var known);
        if (Owe(ref debt, known, now))
            _waitingSlots.Enqueue(new PendingSlot(slot, debt.Ticket));
    }

    /// <summary>The key that has waited longest; none where all are under way. It is to be reported by <see cref="Done(PendingKey)"/> or <see cref="Return(PendingKey)"/>.</summary>
    public bool TryTake(out PendingKey key)
    {
        while (_waitingKeys.TryDequeue(out key))
        {
            ref var debt = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key.Key);
            if (IsCurrent(ref debt, key.Ticket))
            {
                debt.IsTaken = true;
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc cref="TryTake(out PendingKey)"/>
    public bool TryTake(out PendingSlot slot)
    {
        while (_waitingSlots.TryDequeue(out slot))
        {
            ref var debt = ref CollectionsMarshal.GetValueRefOrNullRef(_slots, slot.Slot);
            if (IsCurrent(ref debt, slot.Ticket))
            {
                debt.IsTaken = true;
                return true;
            }
        }

        return false;
    }

    /// <summary>The node has the key, or something newer. Nothing where it was added again since it was taken.</summary>
    public void Done(PendingKey key)
    {
        ref var debt = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key.Key);
        if (!IsCurrent(ref debt, key.Ticket))
            return;
        Bytes -= debt.Bytes;
        _keys.Remove(key.Key);
    }

    /// <inheritdoc cref="Done(PendingKey)"/>
    public void Done(PendingSlot slot)
    {
        if (IsCurrent(ref CollectionsMarshal.GetValueRefOrNullRef(_slots, slot.Slot), slot.Ticket))
            _slots.Remove(slot.Slot);
    }

    /// <summary>The replay failed: the key goes back to the end of the line.</summary>
    public void Return(PendingKey key)
    {
        ref var debt = ref CollectionsMarshal.GetValueRefOrNullRef(_keys, key.Key);
        if (!IsCurrent(ref debt, key.Ticket) || !debt.IsTaken)
            return;
        debt.IsTaken = false;
        _waitingKeys.Enqueue(key);
    }

    /// <inheritdoc cref="Return(PendingKey)"/>
    public void Return(PendingSlot slot)
    {
        ref var debt = ref CollectionsMarshal.GetValueRefOrNullRef(_slots, slot.Slot);
        if (!IsCurrent(ref debt, slot.Ticket) || !debt.IsTaken)
            return;
        debt.IsTaken = false;
        _waitingSlots.Enqueue(slot);
    }

    private bool Owe(ref Debt debt, bool known, long now)
    {
        // Waiting already: the replay will read the register after this.
        if (known && !debt.IsTaken)
            return false;
        if (!known)
            debt.Since = now;
        debt.IsTaken = false;
        debt.Ticket = ++_tickets;
        return true;
    }

    private static bool IsCurrent(ref Debt debt, long ticket) => !Unsafe.IsNullRef(ref debt) && debt.Ticket == ticket;

    private struct Debt
    {
        public long Ticket;
        public long Since;
        public int Bytes;
        public bool IsTaken;
    }
}
