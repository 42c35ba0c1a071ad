using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// The pending writes that one silo keeps: its own, and copies of those that other silos own.
/// <para>
/// Of one owner and key only the newest is kept: it has seen the earlier ones, and merging it merges them. The operations of all of them are remembered until their deadlines, and
/// those of writes that are kept for as long as these are: a retry is answered the same, and is no second write.
/// </para>
/// <para>
/// Bounded, and full it refuses: what was answered as accepted leaves only by <see cref="Drop"/>, when it is merged. Nothing here is needed for a write to be merged at
/// most once (see <see cref="PendingWrite"/>): a copy that nobody dropped is merged a second time, which changes nothing.
/// </para>
/// <para>Not thread safe.</para>
/// </summary>
public sealed class PendingWrites
{
    /// <summary>What an entry takes beside key and value: its objects, its stamps, and its place in the tables.</summary>
    public const int FixedBytes = 400;

    private readonly int _maxWrites;
    private readonly long _maxBytes;
    private readonly int _maxOperations;
    private readonly Dictionary<Key, List<LinkedListNode<PendingWrite>>> _byKey = new(Key.Comparer);
    private readonly LinkedList<PendingWrite> _byArrival = new();
    private readonly Dictionary<OperationId, Accepted> _operations = [];
    private readonly PriorityQueue<OperationId, HybridTimestamp> _deadlines = new();

    /// <param name="maxWrites">How many writes may be kept.</param>
    /// <param name="maxBytes">How many bytes they may take, about.</param>
    /// <param name="maxOperations">How many operations may be remembered; keys that are written over and over leave several behind.</param>
    public PendingWrites(int maxWrites, long maxBytes, int maxOperations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWrites, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxOperations, maxWrites);
        _maxWrites = maxWrites;
        _maxBytes = maxBytes;
        _maxOperations = maxOperations;
    }

    /// <summary>How many writes are kept.</summary>
    public int Count => _byArrival.Count;

    /// <summary>About how many bytes they take.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many accepted operations are remembered.</summary>
    public int Operations => _operations.Count;

    /// <summary>All that are kept, in the order in which they came.</summary>
    public IReadOnlyCollection<PendingWrite> All => _byArrival;

    /// <summary>The writes to the key, one per owner.</summary>
    public ImmutableArray<PendingWrite> Of(Key key) =>
        _byKey.TryGetValue(key, out var writes) ? [.. writes.Select(static node => node.Value)] : [];

    /// <summary>What a read of this side's copies finds, if it is newer than the committed copy; null for none.</summary>
    public PendingWrite? NewestOf(Key key) => _byKey.TryGetValue(key, out var writes) ? writes.MaxBy(static node => node.Value.Stamp)!.Value : null;

    /// <summary>The operation was accepted, by this silo or by the owner of a copy that is or was kept here.</summary>
    public bool IsAccepted(OperationId operation) => _operations.ContainsKey(operation);

    /// <summary>That write is kept, or a later one of its owner to the key, that stands for it.</summary>
    public bool Holds(Key key, WriteStamp stamp) => Find(key, stamp.Silo) is { } node && node.Value.Stamp >= stamp;

    /// <summary>
    /// Adds a write, in place of its owner's earlier one to the key. True also where it, or a later one that stands for it, is kept already; false where there is no room:
    /// then nothing has changed.
    /// </summary>
    /// <exception cref="ArgumentException">The write contradicts itself.</exception>
    public bool TryAdd(PendingWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        write.Validate();
        var isNew = !_operations.ContainsKey(write.OperationId);
        if (isNew && _operations.Count >= _maxOperations)
            return false;

        var before = Find(write.Key, write.Owner);
        if (before is null || before.Value.Stamp < write.Stamp)
        {
            var growth = SizeOf(write) - (before is null ? 0 : SizeOf(before.Value));
            if ((before is null && Count >= _maxWrites) || (growth > 0 && Bytes + growth > _maxBytes))
                return false;
            if (before is not null)
                Remove(before);
            Insert(write);
        }

        // An earlier write may come late, and its later copies as well: remembered by the newest stamp that stands for it.
        if (isNew)
            _deadlines.Enqueue(write.OperationId, write.Deadline);
        if (isNew || _operations[write.OperationId].Stamp < write.Stamp)
            _operations[write.OperationId] = new Accepted(write.Key, write.Stamp);
        return true;
    }

    /// <summary>
    /// Up to <paramref name="limit"/> of the writes for which <paramref name="isDue"/> holds, in the order in which they came: so that of two to one key the one that has seen the other is
    /// merged later, which saves work but is not needed. They stay kept until they are dropped.
    /// </summary>
    public IReadOnlyList<PendingWrite> Take(int limit, Predicate<PendingWrite> isDue)
    {
        ArgumentNullException.ThrowIfNull(isDue);
        var taken = new List<PendingWrite>();
        for (var node = _byArrival.First; node is not null && taken.Count < limit; node = node.Next)
        {
            if (isDue(node.Value))
                taken.Add(node.Value);
        }

        return taken;
    }

    /// <summary>That write, and all earlier ones of its owner to the key, are merged. False where none of them is kept; a later one stays.</summary>
    public bool Drop(Key key, WriteStamp stamp)
    {
        if (Find(key, stamp.Silo) is not { } node || node.Value.Stamp > stamp)
            return false;
        Remove(node);
        return true;
    }

    /// <summary>Forgets the operations whose deadlines lie before <paramref name="now"/>, but for those whose writes are still kept.</summary>
    public void Forget(HybridTimestamp now)
    {
        var kept = new List<(OperationId, HybridTimestamp)>();
        while (_deadlines.TryPeek(out var id, out var deadline) && deadline < now)
        {
            _deadlines.Dequeue();
            var (key, stamp) = _operations[id];
            if (Find(key, stamp.Silo)?.Value.Stamp == stamp)
                kept.Add((id, deadline));
            else
                _operations.Remove(id);
        }

        _deadlines.EnqueueRange(kept);
    }

    /// <summary>
    /// What a new write of that owner has seen (<see cref="PendingWrite.Seen"/>), given the pending writes to its key that are visible on its side, the owner's own included: per silo the
    /// newest of them, and of what they had seen themselves. Past the bound the oldest are left out: then a conflict is listed that was none.
    /// </summary>
    public static ImmutableArray<WriteStamp> SeenBy(string owner, IEnumerable<PendingWrite> visible)
    {
        ArgumentNullException.ThrowIfNull(visible);
        var newest = new Dictionary<string, WriteStamp>(StringComparer.Ordinal);
        foreach (var stamp in visible.SelectMany(static write => write.Seen.Append(write.Stamp)))
        {
            if (!string.Equals(stamp.Silo, owner, StringComparison.Ordinal) && (!newest.TryGetValue(stamp.Silo, out var known) || known < stamp))
                newest[stamp.Silo] = stamp;
        }

        return [.. newest.Values.OrderDescending().Take(Divergence.MaxMerged).OrderBy(static stamp => stamp.Silo, StringComparer.Ordinal)];
    }

    private LinkedListNode<PendingWrite>? Find(Key key, string owner)
    {
        foreach (var node in _byKey.GetValueOrDefault(key) ?? [])
        {
            if (string.Equals(node.Value.Owner, owner, StringComparison.Ordinal))
                return node;
        }

        return null;
    }

    private void Insert(PendingWrite write)
    {
        if (!_byKey.TryGetValue(write.Key, out var writes))
            _byKey.Add(write.Key, writes = new List<LinkedListNode<PendingWrite>>(1));
        writes.Add(_byArrival.AddLast(write));
        Bytes += SizeOf(write);
    }

    private void Remove(LinkedListNode<PendingWrite> node)
    {
        var writes = _byKey[node.Value.Key];
        writes.Remove(node);
        if (writes.Count == 0)
            _byKey.Remove(node.Value.Key);
        _byArrival.Remove(node);
        Bytes -= SizeOf(node.Value);
    }

    private static long SizeOf(PendingWrite write) => FixedBytes + write.Key.Utf8.Length + write.Value.Length;

    private readonly record struct Accepted(Key Key, WriteStamp Stamp);
}
