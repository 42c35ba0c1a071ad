using System.Collections.Concurrent;

namespace Orleans.Kv.Api.Keys;

/// <summary>
/// The routes of recently used keys, found by the key's bytes without making a string. Two generations bound it: when the young one
/// is full it becomes the old one, and the former old one is dropped; a hit in the old one moves the route back to the young one.
/// </summary>
/// <remarks>A dropped route loses only hints and cached forms; nothing about an operation in flight is kept here.</remarks>
internal sealed class KeyRouteCache
{
    /// <summary>Per generation. A route takes about 500 bytes and its grain reference as much again, so both stay below 150 MB.</summary>
    public const int DefaultCapacity = 65_536;

    private readonly int _capacity;
    private readonly Lock _turn = new();
    private volatile Generation _young = new();
    private volatile Generation _old = new();

    public KeyRouteCache(int capacity = DefaultCapacity) => _capacity = capacity;

    /// <summary>How many routes are kept at present; at most twice the capacity, but for what concurrent callers add during a turn.</summary>
    public int Count => _young.Count + _old.Count;

    public KeyRoute Get(ReadOnlySpan<byte> key)
    {
        var young = _young;
        if (young.ByBytes.TryGetValue(key, out var route)) return route;
        return Add(young, _old.ByBytes.TryGetValue(key, out route) ? route : new KeyRoute(key.ToArray()));
    }

    private KeyRoute Add(Generation young, KeyRoute route)
    {
        var kept = young.Routes.GetOrAdd(route.Utf8, route);
        if (ReferenceEquals(kept, route) && young.Increment() >= _capacity)
        {
            lock (_turn)
            {
                if (ReferenceEquals(_young, young))
                {
                    _old = young;
                    _young = new Generation();
                }
            }
        }

        return kept;
    }

    private sealed class Generation
    {
        private int _count;

        public Generation()
        {
            Routes = new ConcurrentDictionary<byte[], KeyRoute>(KeyBytesComparer.Instance);
            ByBytes = Routes.GetAlternateLookup<ReadOnlySpan<byte>>();
        }

        public ConcurrentDictionary<byte[], KeyRoute> Routes { get; }

        public ConcurrentDictionary<byte[], KeyRoute>.AlternateLookup<ReadOnlySpan<byte>> ByBytes { get; }

        // The dictionary's own count takes all its locks.
        public int Count => Volatile.Read(ref _count);

        public int Increment() => Interlocked.Increment(ref _count);
    }
}
