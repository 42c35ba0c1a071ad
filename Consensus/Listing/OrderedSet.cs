namespace Orleans.Kv.Consensus;

/// <summary>
/// A set in order that costs little more than a reference per element: sorted arrays of bounded length, in order. A search is two binary searches; an insertion or removal moves at
/// most one array's worth of references. A tree would take six times the memory, and its nodes would be scattered. Not thread safe.
/// </summary>
/// <typeparam name="T">The elements.</typeparam>
/// <typeparam name="TOrder">Their order: a structure, so that comparing costs no indirect call.</typeparam>
public sealed class OrderedSet<T, TOrder>
    where TOrder : struct, IComparer<T>
{
    /// <summary>
    /// Elements of one array. Longer ones cost more to move (this many references are 2 KiB), shorter ones make the list of arrays longer, which is moved when one splits:
    /// at ten million elements half a megabyte, once in some hundred insertions.
    /// </summary>
    public const int ChunkLength = 256;

    private readonly List<Chunk> _chunks = [];

    public int Count { get; private set; }

    /// <summary>False where it is there already.</summary>
    public bool Add(T item)
    {
        if (_chunks.Count == 0)
            _chunks.Add(new Chunk());
        var at = ChunkOf(item);
        var chunk = _chunks[at];
        var index = chunk.Find(item);
        if (index >= 0)
            return false;
        if (chunk.Count == ChunkLength)
        {
            // Elements that come in order fill their arrays: only who inserts in between needs room in between.
            var isLast = at == _chunks.Count - 1 && ~index == ChunkLength;
            _chunks.Insert(at + 1, isLast ? new Chunk() : chunk.Split());
            if (isLast || default(TOrder).Compare(item, _chunks[at + 1].First) > 0)
                chunk = _chunks[at + 1];
            index = chunk.Find(item);
        }

        chunk.Insert(~index, item);
        Count++;
        return true;
    }

    /// <summary>False where it is not there.</summary>
    public bool Remove(T item)
    {
        if (_chunks.Count == 0)
            return false;
        var at = ChunkOf(item);
        var index = _chunks[at].Find(item);
        if (index < 0)
            return false;
        _chunks[at].RemoveAt(index);
        Count--;
        Shrink(at);
        return true;
    }

    /// <summary>
    /// Adds to <paramref name="found"/>, in order, up to <paramref name="limit"/> elements from <paramref name="from"/> on, and that one itself only if <paramref name="inclusive"/>,
    /// for as long as <paramref name="belongs"/> says so. True where it stopped at the limit, and there is at least one more that belongs.
    /// </summary>
    public bool Read<TState>(T from, bool inclusive, int limit, TState state, Func<T, TState, bool> belongs, List<T> found)
    {
        ArgumentNullException.ThrowIfNull(belongs);
        ArgumentNullException.ThrowIfNull(found);
        if (_chunks.Count == 0)
            return false;
        var at = ChunkOf(from);
        var index = _chunks[at].Find(from);
        if (index < 0)
            index = ~index;
        else if (!inclusive)
            index++;
        return ReadOn(at, index, limit, state, belongs, found);
    }

    /// <summary>The same from the first element on.</summary>
    public bool Read<TState>(int limit, TState state, Func<T, TState, bool> belongs, List<T> found)
    {
        ArgumentNullException.ThrowIfNull(belongs);
        ArgumentNullException.ThrowIfNull(found);
        return ReadOn(0, 0, limit, state, belongs, found);
    }

    private bool ReadOn<TState>(int at, int index, int limit, TState state, Func<T, TState, bool> belongs, List<T> found)
    {
        for (; at < _chunks.Count; at++, index = 0)
        {
            var chunk = _chunks[at];
            for (; index < chunk.Count; index++)
            {
                var item = chunk.Items[index];
                if (!belongs(item, state))
                    return false;
                if (limit-- == 0)
                    return true;
                found.Add(item);
            }
        }

        return false;
    }

    /// <summary>The last array whose first element is not behind the item; the first one for an item before all.</summary>
    private int ChunkOf(T item)
    {
        int low = 0, high = _chunks.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (default(TOrder).Compare(_chunks[middle].First, item) <= 0)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    // An array that has become small joins its neighbour, or a set that shrinks would keep the memory of what it was.
    private void Shrink(int at)
    {
        if (_chunks[at].Count > ChunkLength / 4)
            return;
        var left = at > 0 && _chunks[at - 1].Count + _chunks[at].Count <= ChunkLength / 2 ? at - 1
            : at + 1 < _chunks.Count && _chunks[at].Count + _chunks[at + 1].Count <= ChunkLength / 2 ? at
            : -1;
        if (left >= 0)
        {
            _chunks[left].Append(_chunks[left + 1]);
            _chunks.RemoveAt(left + 1);
        }
        else if (_chunks[at].Count == 0)
        {
            _chunks.RemoveAt(at);
        }
    }

    private sealed class Chunk
    {
        public T[] Items = new T[16];

        public int Count;

        public T First => Items[0];

        public int Find(T item) => Array.BinarySearch(Items, 0, Count, item, Comparer.Instance);

        public void Insert(int index, T item)
        {
            Fit(Count + 1);
            Array.Copy(Items, index, Items, index + 1, Count - index);
            Items[index] = item;
            Count++;
        }

        public void RemoveAt(int index)
        {
            Count--;
            Array.Copy(Items, index + 1, Items, index, Count - index);
            Items[Count] = default!;
        }

        /// <summary>Gives its upper half away.</summary>
        public Chunk Split()
        {
            var upper = new Chunk { Items = new T[ChunkLength], Count = Count - (Count / 2) };
            Count /= 2;
            Array.Copy(Items, Count, upper.Items, 0, upper.Count);
            Array.Clear(Items, Count, upper.Count);
            return upper;
        }

        public void Append(Chunk next)
        {
            Fit(Count + next.Count);
            Array.Copy(next.Items, 0, Items, Count, next.Count);
            Count += next.Count;
        }

        private void Fit(int length)
        {
            if (length > Items.Length)
                Array.Resize(ref Items, Math.Min(ChunkLength, Math.Max(length, 2 * Items.Length)));
        }
    }

    private sealed class Comparer : IComparer<T>
    {
        public static readonly Comparer Instance = new();

        public int Compare(T? x, T? y) => default(TOrder).Compare(x!, y!);
    }
}
