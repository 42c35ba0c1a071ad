using Orleans.Serialization.Codecs;

namespace Orleans.Serialization.Wire;

/// <summary>What one body remembers while it is read: the objects by where they begin, and the objects that were passed over.</summary>
/// <remarks>
/// An object inside a field that this build does not know is skipped, yet a field it does know may refer to it. So a skip notes where
/// objects begin, and a reference to one of them reads it then (<see cref="BodyReader.ReadReferenced"/>).
/// </remarks>
internal sealed class ReadSession
{
    private const int KeptCapacity = 1024;

    [ThreadStatic]
    private static ReadSession? t_cached;

    // In the order of their offsets, since a body is read forwards.
    private (int Offset, object Value)[] _objects = new (int, object)[16];
    private int _count;
    private HashSet<int>? _skipped;
    private Dictionary<int, object>? _recovered;
    private Dictionary<int, Codec>? _types;

    public IReferenceBinder? Binder { get; private set; }

    /// <summary>Whether reading goes back to something that was skipped.</summary>
    public bool IsRecovering { get; set; }

    public static ReadSession Rent(IReferenceBinder? binder)
    {
        var session = t_cached ?? new ReadSession();
        t_cached = null;
        session.Binder = binder;
        return session;
    }

    public void Return()
    {
        if (_objects.Length > KeptCapacity) _objects = new (int, object)[16];
        else Array.Clear(_objects, 0, _count);
        _count = 0;
        _skipped = null;
        _recovered = null;
        _types = null;
        IsRecovering = false;
        Binder = null;
        t_cached = this;
    }

    public void Register(int offset, object value)
    {
        if (IsRecovering)
        {
            (_recovered ??= [])[offset] = value;
            return;
        }

        if (_count == _objects.Length) Array.Resize(ref _objects, _count * 2);
        _objects[_count++] = (offset, value);
    }

    public object? Find(int offset)
    {
        int low = 0, high = _count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var at = _objects[middle].Offset;
            if (at == offset) return _objects[middle].Value;
            if (at < offset) low = middle + 1;
            else high = middle - 1;
        }

        return FindRecovered(offset);
    }

    public object? FindRecovered(int offset) => _recovered is not null && _recovered.TryGetValue(offset, out var value) ? value : null;

    public void AddSkipped(int offset) => (_skipped ??= []).Add(offset);

    public bool WasSkipped(int offset) => _skipped is not null && _skipped.Contains(offset);

    public Codec? FindType(int offset) => _types is not null && _types.TryGetValue(offset, out var codec) ? codec : null;

    public void AddType(int offset, Codec codec) => (_types ??= [])[offset] = codec;
}
