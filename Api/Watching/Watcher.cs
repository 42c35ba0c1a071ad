using Orleans.Kv.Api.Problems;

namespace Orleans.Kv.Api.Watching;

/// <summary>
/// One who watches: what they are told, in order, bounded. First what is there, read key by key as fast as they take it, then every change. What changes meanwhile is told after the value it changes: a change of a key that has
/// yet to be read is left out, because the read will find it or what came after; one during the read waits for what the read finds.
/// </summary>
/// <remarks>The hub calls <see cref="Offer"/> and the methods of reading under its lock; <see cref="NextAsync"/> belongs to the one who serves the connection.</remarks>
internal sealed class Watcher(WatchHub hub, WatchQuery query, WatchOptions options) : IDisposable
{
    // A client that was away for a moment is sent what waits in pieces, and a sign of life between them.
    private const int MaxAtOnce = 1_024;

    private readonly EventQueue _queue = new(options.MaxWaitingEvents, options.MaxWaitingBytes);

    /// <summary>Keys that are yet to be read (null) or being read (what was told meanwhile).</summary>
    private readonly Dictionary<string, List<WatchEvent>?> _unread = new(StringComparer.Ordinal);

    /// <summary>What was read of a key, where the hub has yet to tell of that version.</summary>
    private readonly Dictionary<string, long> _floors = new(StringComparer.Ordinal);

    private readonly Queue<string> _toRead = new();
    private readonly List<WatchEvent> _first = [];

    /// <summary>What was told before it was known which keys are to be read.</summary>
    private List<WatchEvent>? _early;
    private bool _begun;
    private long _unreadBytes;
    private bool _readyTold = query.Key is not null;
    private volatile Problem? _cut;

    public WatchQuery Query { get; } = query;

    /// <summary>Why the watcher is told nothing any more; null while they are.</summary>
    public Problem? Cut => _cut;

    /// <summary>Whether every key that was there at first has been read.</summary>
    public bool IsRead => _toRead.Count == 0;

    /// <summary>From now on nothing is missed: every silo that can be reached tells. Under the hub's lock, like all that follows.</summary>
    public void Begin()
    {
        _begun = true;
        if (Query.Key is { } key) AddToRead([key]);
        else _early = [];
    }

    /// <summary>Adds keys that are to be read.</summary>
    public void AddToRead(IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            if (_unread.TryAdd(key, null)) _toRead.Enqueue(key);
        }
    }

    /// <summary>All keys that were there have been added.</summary>
    public void EndListing()
    {
        var early = _early ?? [];
        _early = null;
        _unreadBytes = 0;
        // Of those that are to be read, the reads will find it.
        foreach (var change in early) Offer(change);
    }

    /// <summary>Takes the next keys to read, under the hub's lock. From now on what is told of them waits.</summary>
    public List<string> BeginReading(int count)
    {
        var keys = new List<string>(count);
        while (keys.Count < count && _toRead.TryDequeue(out var key))
        {
            _unread[key] = [];
            keys.Add(key);
        }

        return keys;
    }

    /// <summary>A key could not be read: it is once more, later.</summary>
    public void ReadAgain(string key)
    {
        Forget(key);
        _unread[key] = null;
        _toRead.Enqueue(key);
    }

    /// <summary>What a key's read has found, once the hub knows of it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="found">What is there, or null.</param>
    /// <param name="last">The last version that the hub has told of.</param>
    public void EndReading(string key, WatchEvent? found, long last)
    {
        if (First(key, found) is { } first) _first.Add(first);
        if (found is not null && found.Version > last) _floors[key] = found.Version;
        foreach (var meanwhile in Forget(key))
        {
            if (found is null || meanwhile.Version > found.Version) Add(meanwhile.After(SkippedAfter(meanwhile, found?.Version ?? -1)));
        }
    }

    /// <summary>Something is told of a key that the watcher asks for.</summary>
    public void Offer(WatchEvent change)
    {
        if (_cut is not null || !_begun) return;
        if (_early is not null)
        {
            Keep(_early, change);
            return;
        }

        if (_unread.Count > 0 && _unread.TryGetValue(change.Key, out var meanwhile))
        {
            if (meanwhile is not null) Keep(meanwhile, change);
            return;
        }

        if (_floors.Count > 0 && _floors.TryGetValue(change.Key, out var floor))
        {
            if (change.Version <= floor) return;
            _floors.Remove(change.Key);
            change = change.After(SkippedAfter(change, floor));
        }

        Add(change);
    }

    /// <summary>Tells the watcher nothing any more but why.</summary>
    public void EndWith(Problem why)
    {
        _cut ??= why;
        _queue.End();
    }

    /// <summary>Fills <paramref name="events"/> with what comes next, waiting for it if need be. Nothing, and <see cref="Cut"/>, when nothing comes any more.</summary>
    public async Task NextAsync(List<WatchEvent> events, CancellationToken cancellation)
    {
        events.Clear();
        while (_cut is null)
        {
            if (!IsRead && _first.Count == 0) await hub.ReadFirstAsync(this, cancellation).ConfigureAwait(false);
            // What was told of a key that has been read comes after what was read.
            TakeFirst(events);
            while (events.Count < MaxAtOnce && _queue.TryTake(out var next)) events.Add(next!);
            if (events.Count > 0) return;
            if (IsRead && !await _queue.WaitAsync(cancellation).ConfigureAwait(false)) break;
        }

        events.Clear();
    }

    public void Dispose() => hub.Remove(this);

    private static Problem TooSlow { get; } = Problem.Later(
        StatusCodes.Status429TooManyRequests, ProblemCode.TooSlow, "more was waiting to be sent than is kept for one watcher; connect again, from the last version seen");

    // Filled while this very call reads, and never beside it.
    private void TakeFirst(List<WatchEvent> events)
    {
        events.AddRange(_first);
        _first.Clear();
        if (_readyTold || !IsRead) return;
        _readyTold = true;
        events.Add(WatchEvent.Ready);
    }

    private void Keep(List<WatchEvent> meanwhile, WatchEvent change)
    {
        meanwhile.Add(change);
        _unreadBytes += change.Size;
        if (_unreadBytes > options.MaxWaitingBytes) EndWith(TooSlow);
    }

    private void Add(WatchEvent change)
    {
        if (_cut is null && !_queue.TryAdd(change)) EndWith(TooSlow);
    }

    private List<WatchEvent> Forget(string key)
    {
        if (!_unread.Remove(key, out var meanwhile) || meanwhile is null) return [];
        _unreadBytes -= meanwhile.Sum(change => (long)change.Size);
        return meanwhile;
    }

    // What the hub has told before it may be older than what this watcher knows, or newer.
    private static long SkippedAfter(WatchEvent change, long known)
    {
        var before = Math.Max(known, change.Version - change.Skipped - 1);
        return change.Version - before - 1;
    }

    private WatchEvent? First(string key, WatchEvent? found)
    {
        if (Query.Key is null) return found is { Kind: WatchEventKind.Stored } ? found.After(0, WatchEventKind.Current) : null;
        if (Query.From is { } from)
        {
            if (found is not null && found.Version > from) return found.After(found.Version - from - 1);
            if ((found?.Version ?? 0) == from) return null;
            // The store knows of less than the watcher: it was emptied, or recovered from less. What follows starts from here.
        }

        return found is { Kind: WatchEventKind.Stored } ? found.After(0, WatchEventKind.Current) : new WatchEvent(WatchEventKind.Absent, key, found?.Version ?? 0);
    }
}
