namespace Orleans.Serialization.Wire;

/// <summary>What one body remembers while it is written: where each object and each type name in it begins.</summary>
internal sealed class WriteSession
{
    // Up to here a scan is faster than hashing; most messages hold fewer objects.
    private const int ScanLimit = 12;

    [ThreadStatic]
    private static WriteSession? t_cached;

    private readonly object[] _objects = new object[ScanLimit];
    private readonly int[] _offsets = new int[ScanLimit];
    private Dictionary<object, int>? _overflow;
    private Dictionary<Type, int>? _typeNames;
    private int _count;

    public IReferenceBinder? Binder { get; private set; }

    public static WriteSession Rent(IReferenceBinder? binder)
    {
        var session = t_cached ?? new WriteSession();
        t_cached = null;
        session.Binder = binder;
        return session;
    }

    public void Return()
    {
        Array.Clear(_objects, 0, _count);
        _count = 0;
        // A large message must not pin its table's size on this thread for ever.
        if (_overflow is { Count: > 0 }) _overflow = null;
        if (_typeNames is { Count: > 0 }) _typeNames.Clear();
        Binder = null;
        t_cached = this;
    }

    /// <summary>
    /// True with the place where the object was written before; else it is remembered as written at <paramref name="offset"/>.
    /// </summary>
    public bool TryGetReference(object value, int offset, out int known)
    {
        for (var i = 0; i < _count; i++)
        {
            if (!ReferenceEquals(_objects[i], value)) continue;
            known = _offsets[i];
            return true;
        }

        known = 0;
        if (_count < ScanLimit)
        {
            _objects[_count] = value;
            _offsets[_count++] = offset;
            return false;
        }

        _overflow ??= new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
        if (_overflow.TryGetValue(value, out known)) return true;
        _overflow.Add(value, offset);
        return false;
    }

    public bool TryGetTypeName(Type type, out int offset)
    {
        offset = 0;
        return _typeNames is not null && _typeNames.TryGetValue(type, out offset);
    }

    public void AddTypeName(Type type, int offset) => (_typeNames ??= []).Add(type, offset);
}
