namespace Orleans.Kv.Api.Watching;

/// <summary>Who watches what. Not safe for several threads: the hub has a lock.</summary>
internal sealed class WatchRegister
{
    private readonly HashSet<Watcher> _all = [];
    private readonly Dictionary<string, List<Watcher>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Watcher>> _byPrefix = new(StringComparer.Ordinal);
    private int[] _prefixLengths = [];

    public int Count => _all.Count;

    /// <summary>Rises with every change, from 1.</summary>
    public long Turn { get; private set; } = 1;

    public IReadOnlyCollection<string> Keys => _byKey.Keys;

    public IReadOnlyCollection<string> Prefixes => _byPrefix.Keys;

    public void Add(Watcher watcher)
    {
        _all.Add(watcher);
        var (index, name) = Place(watcher);
        if (!index.TryGetValue(name, out var watchers)) index.Add(name, watchers = []);
        watchers.Add(watcher);
        Changed();
    }

    public void Remove(Watcher watcher)
    {
        if (!_all.Remove(watcher)) return;
        var (index, name) = Place(watcher);
        var watchers = index[name];
        watchers.Remove(watcher);
        if (watchers.Count == 0) index.Remove(name);
        Changed();
    }

    /// <summary>Who watches this key.</summary>
    public Watcher[] Of(string key)
    {
        var found = new List<Watcher>();
        if (_byKey.TryGetValue(key, out var watchers)) found.AddRange(watchers);
        var prefixes = _byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
        // One look per length, however many prefixes there are.
        foreach (var length in _prefixLengths)
        {
            if (length > key.Length) break;
            if (prefixes.TryGetValue(key.AsSpan(0, length), out watchers)) found.AddRange(watchers);
        }

        return found.Count == 0 ? [] : [.. found];
    }

    private (Dictionary<string, List<Watcher>> Index, string Name) Place(Watcher watcher) =>
        watcher.Query.Key is { } key ? (_byKey, key) : (_byPrefix, watcher.Query.Prefix);

    private void Changed()
    {
        Turn++;
        _prefixLengths = [.. _byPrefix.Keys.Select(prefix => prefix.Length).Distinct().Order()];
    }
}
