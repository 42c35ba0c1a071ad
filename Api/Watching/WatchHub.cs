using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Api.Watching;

/// <summary>
/// Tells watchers of this host what changes. It follows the change feeds of all silos with one filter that unites what its watchers ask for, and makes of what they tell one sequence per key
/// (<see cref="KeySequence"/>), the same for everybody: each committed version once, in order.
/// <para>
/// <b>What it promises.</b> A watcher is told what was there when they came, then every committed change; versions of a key strictly rise, and end at the last committed one whatever silo dies. Versions in between may be skipped then, which is
/// said. Writes that are pending (accepted without a quorum) are not told; what they become when they are merged is.
/// </para>
/// <para>
/// <b>How.</b> A change is told by the silo that has committed it, and hinted at by every replica that stores it. So a silo that dies before it tells leaves hints, from at least one other replica, of each version that a quorum holds; a hint that no
/// change follows makes this host read the key. And whenever a feed may have told less than everything (it begins late, it overflowed, it is gone), all that is watched is read.
/// </para>
/// <para>
/// <b>How a watcher begins</b> without missing anything: first every silo that can be reached goes by a filter with what they ask for; then they are given what the hub tells; then what is there is read, strongly. A change is committed before the
/// read, which finds it, or after the filter was in force, so that it is told.
/// </para>
/// </summary>
internal sealed partial class WatchHub : IFeedReceiver, IAsyncDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(25);

    private readonly Lock _lock = new();
    private readonly WatchRegister _register = new();
    private readonly Dictionary<string, Followed> _followed = new(StringComparer.Ordinal);
    private readonly HashSet<Followed> _due = [];
    private readonly List<WatchEvent> _told = [];
    private readonly ITimer _sweep;
    private readonly IKeyReader _reader;
    private readonly WatchOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<WatchHub> _logger;
    private readonly FeedSet _feeds;
    private readonly KeyRereads _rereads;
    private bool _isSweeping;

    public WatchHub(IChangeFeeds feeds, IKeyReader reader, WatchOptions options, TimeProvider time, ILogger<WatchHub> logger)
    {
        (_reader, _options, _time, _logger) = (reader, options, time, logger);
        _sweep = time.CreateTimer(static state => ((WatchHub)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _rereads = new KeyRereads(reader, options.ReadsAtOnce, Reread);
        _feeds = new FeedSet(feeds, this, _register, _lock, options, time, logger);
        _tending = TendAsync();
    }

    /// <summary>How many watch.</summary>
    public int Watchers
    {
        get
        {
            lock (_lock) return _register.Count;
        }
    }

    /// <summary>How many keys' versions are kept.</summary>
    public int Keys
    {
        get
        {
            lock (_lock) return _followed.Count;
        }
    }

    WatchFilter IFeedReceiver.Filter => _feeds.Filter;

    /// <summary>Begins to watch: when this returns, a watcher misses nothing any more. Or says why that cannot be.</summary>
    public async Task<(Watcher? Watcher, Problem? Problem)> WatchAsync(WatchQuery query, CancellationToken cancellation)
    {
        var watcher = new Watcher(this, query, _options);
        lock (_lock)
        {
            if (_register.Count >= _options.MaxWatchers) return (null, TooManyWatchers(_options.MaxWatchers));
            _register.Add(watcher);
        }

        try
        {
            var problem = await BeginAsync(watcher, cancellation).ConfigureAwait(false);
            if (problem is null) return (watcher, null);
            watcher.Dispose();
            return (null, problem);
        }
        catch
        {
            watcher.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next of the keys that a watcher has yet to be told of. Why one of them could not be read, which is then tried again.</summary>
    public async Task<Problem?> ReadFirstAsync(Watcher watcher, CancellationToken cancellation, bool isFirst = false)
    {
        List<string> keys;
        lock (_lock) keys = watcher.BeginReading(_options.ReadsAtOnce);
        var readings = await Task.WhenAll(keys.Select(_reader.Read)).WaitAsync(cancellation).ConfigureAwait(false);
        Problem? problem = null;
        lock (_lock)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                if (readings[i].Problem is { } fault)
                {
                    watcher.ReadAgain(keys[i]);
                    problem = fault;
                }
                else
                {
                    watcher.EndReading(keys[i], readings[i].Found, Learn(watcher, keys[i], readings[i].Found));
                }
            }
        }

        if (problem is not null && !isFirst) await Task.Delay(_options.ReadPause, _time, cancellation).ConfigureAwait(false);
        return problem;
    }

    /// <summary>Tells the watcher nothing any more.</summary>
    public void Remove(Watcher watcher)
    {
        lock (_lock)
        {
            _register.Remove(watcher);
        }
    }

    void IFeedReceiver.Receive(ChangeEntry[] entries)
    {
        lock (_lock)
        {
            var now = Milliseconds.Now(_time);
            foreach (var entry in entries)
            {
                if (Follow(entry.Key, now) is not { } followed) continue;
                if (entry.Kind == ChangeKind.Hint) followed.Sequence.Hint(entry.Version, now);
                else followed.Sequence.Receive(EventOf(entry), now, _told);
                Settle(followed);
            }
        }
    }

    void IFeedReceiver.FeedChanged() => _feeds.Pulse();

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _tending.ConfigureAwait(false);
        await _feeds.DisposeAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task<Problem?> BeginAsync(Watcher watcher, CancellationToken cancellation)
    {
        if (await _feeds.FollowAsync(watcher.Query, cancellation).ConfigureAwait(false) is { } unreachable) return unreachable;
        lock (_lock) watcher.Begin();
        if (watcher.Query.Key is null && await ListAsync(watcher, cancellation).ConfigureAwait(false) is { } fault) return fault;
        // The first read is part of the answer's status: what fails now would fail for long.
        return watcher.IsRead ? null : await ReadFirstAsync(watcher, cancellation, isFirst: true).ConfigureAwait(false);
    }

    private async Task<Problem?> ListAsync(Watcher watcher, CancellationToken cancellation)
    {
        var count = 0;
        string? after = null;
        do
        {
            var page = await _reader.List(watcher.Query.Prefix, after).WaitAsync(cancellation).ConfigureAwait(false);
            if (page.Problem is { } fault) return fault;
            if ((count += page.Keys.Count) > _options.MaxKeysPerPrefix) return TooManyKeys(_options.MaxKeysPerPrefix);
            lock (_lock) watcher.AddToRead(page.Keys);
            after = page.Next;
        }
        while (after is not null);
        lock (_lock) watcher.EndListing();
        return null;
    }

    /// <summary>What a watcher has read of a key, for everybody. Returns the last version told.</summary>
    private long Learn(Watcher watcher, string key, WatchEvent? found)
    {
        var now = Milliseconds.Now(_time);
        if (Follow(key, now) is not { } followed) return -1;
        var sequence = followed.Sequence;
        var isNews = found is { Kind: WatchEventKind.Stored } && followed.Watchers.Length > 1;
        if (found is null) ForgottenOrNew(watcher, sequence, now);
        // To others it is news, and may come before what it follows.
        else if (sequence.Last >= 0 || isNews) sequence.Receive(found, now, _told);
        else sequence.Start(found.Version, found.Kind == WatchEventKind.Stored, now, _told);
        Settle(followed);
        return sequence.Last;
    }

    private void ForgottenOrNew(Watcher watcher, KeySequence sequence, long now)
    {
        if (sequence.IsLive) sequence.Doubt(now);
        else if (sequence.Last < 0 && watcher.Query.Key is not null) sequence.Start(0, isLive: false, now, _told);
    }

    /// <summary>The key, if somebody watches it.</summary>
    private Followed? Follow(string key, long now)
    {
        var isKnown = _followed.TryGetValue(key, out var followed);
        followed ??= new Followed(key);
        if (followed.Turn != _register.Turn) (followed.Watchers, followed.Turn) = (_register.Of(key), _register.Turn);
        if (followed.Watchers.Length == 0) return null;
        if (isKnown) return followed;
        if (_followed.Count >= _options.MaxKeys) return NoRoom(followed.Watchers);
        followed.Sequence.Touch(now);
        _followed[key] = followed;
        return followed;
    }

    private static Followed? NoRoom(Watcher[] watchers)
    {
        foreach (var watcher in watchers) watcher.EndWith(HostIsFull);
        return null;
    }

    /// <summary>Tells what a sequence has given out, and looks after what it waits for.</summary>
    private void Settle(Followed followed)
    {
        foreach (var change in _told)
        {
            foreach (var watcher in followed.Watchers) watcher.Offer(change);
        }

        _told.Clear();
        if (followed.Sequence.NextDue is null) return;
        _due.Add(followed);
        if (_isSweeping) return;
        _isSweeping = true;
        _sweep.Change(SweepPeriod, SweepPeriod);
    }

    private void Sweep()
    {
        lock (_lock)
        {
            var now = Milliseconds.Now(_time);
            foreach (var followed in _due.ToArray())
            {
                if (followed.Sequence.NextDue > now) continue;
                // Those who watch may be others by now.
                if (Follow(followed.Key, now) is not null && followed.Sequence.Due(now, _told)) _rereads.Add(followed);
                Settle(followed);
                if (followed.Sequence.NextDue is null || followed.Watchers.Length == 0) _due.Remove(followed);
            }

            if (_due.Count > 0 || !_isSweeping) return;
            _isSweeping = false;
            _sweep.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void Reread(Followed followed, KeyReading reading)
    {
        lock (_lock)
        {
            var now = Milliseconds.Now(_time);
            Follow(followed.Key, now);
            if (reading.Problem is null) followed.Sequence.Found(reading.Found, now, _told);
            else followed.Sequence.Failed(now + (long)_options.ReadPause.TotalMilliseconds);
            Settle(followed);
        }
    }

    private static WatchEvent EventOf(ChangeEntry entry) => new(KindOf(entry.Kind), entry.Key, entry.Version)
    {
        Value = entry.Value,
        ContentType = entry.ContentType,
        ModifiedUnixMilliseconds = entry.ModifiedUnixMilliseconds,
        ExpiresUnixMilliseconds = entry.ExpiresUnixMilliseconds,
        Previous = entry.Previous,
    };

    private static WatchEventKind KindOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Stored => WatchEventKind.Stored,
        ChangeKind.Deleted => WatchEventKind.Deleted,
        ChangeKind.Expired => WatchEventKind.Expired,
        _ => throw new InvalidOperationException($"no change is {kind}"),
    };
}
