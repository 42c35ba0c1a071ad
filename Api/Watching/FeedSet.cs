using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;

namespace Orleans.Kv.Api.Watching;

/// <summary>
/// The feeds of all silos, while somebody watches: makes one filter of what they ask for, has it put in force, and goes with the silos that come and leave. All of it under the hub's lock.
/// </summary>
internal sealed class FeedSet(IChangeFeeds feeds, IFeedReceiver receiver, WatchRegister register, Lock gate, WatchOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // How often a host that has not heard of any silo yet looks whether it has.
    private static readonly TimeSpan SilosPause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, (SiloFeed Feed, CancellationTokenSource End)> _feeds = new(StringComparer.Ordinal);
    private TaskCompletionSource _pulse = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WatchFilter _filter = WatchFilter.Empty;
    private Task<WatchFilter>? _gathering;
    private Guid _subscriber;
    private long _filterTurn;
    private long _aloneSince;

    public WatchFilter Filter => _filter;

    /// <summary>Ends when every silo that can be reached goes by a filter with the query in it, which the register has already. Or says why none does.</summary>
    public async Task<Problem?> FollowAsync(WatchQuery query, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (!TryStart())
        {
            if (time.GetElapsedTime(started) > options.FollowPatience) return NoSilo;
            await Task.Delay(SilosPause, time, cancellation).ConfigureAwait(false);
        }

        var number = (await CoverAsync(query).WaitAsync(cancellation).ConfigureAwait(false)).Number;
        started = time.GetTimestamp();
        while (true)
        {
            Task pulse;
            var left = options.FollowPatience - time.GetElapsedTime(started);
            lock (gate)
            {
                var behind = _feeds.Values.Where(each => each.Feed.InForce < number).ToList();
                if (left <= TimeSpan.Zero || behind.TrueForAll(each => each.Feed.IsUnreachable))
                {
                    foreach (var (feed, _) in behind) feed.GoOnWithout(number);
                    return behind.Count < _feeds.Count ? null : NoSilo;
                }

                pulse = _pulse.Task;
            }

            await Task.WhenAny(pulse, Task.Delay(left, time, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Something has changed that <see cref="FollowAsync"/> may wait for.</summary>
    public void Pulse()
    {
        lock (gate)
        {
            _pulse.TrySetResult();
            _pulse = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Goes with the silos that there are, and with watchers that have left. True where a silo has left, and with it what it had yet to tell.</summary>
    public bool Tend()
    {
        lock (gate)
        {
            if (_feeds.Count == 0) return false;
            if (register.Count > 0) _aloneSince = 0;
            else if (_aloneSince == 0) _aloneSince = Milliseconds.Now(time);
            else if (Milliseconds.Now(time) - _aloneSince >= (long)options.Linger.TotalMilliseconds) Stop();
            if (_feeds.Count == 0) return false;
            if (_filterTurn != register.Turn && _gathering is null) Refilter();
            return feeds.Silos() is { Count: > 0 } silos && GoWith(silos);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (gate) Stop();
        return ValueTask.CompletedTask;
    }

    private static Problem NoSilo { get; } =
        Problem.Later(StatusCodes.Status503ServiceUnavailable, ProblemCode.Unavailable, "no silo's change feed could be reached");

    private bool TryStart()
    {
        lock (gate)
        {
            if (_feeds.Count > 0) return true;
            if (feeds.Silos() is not { Count: > 0 } silos) return false;
            // A new name, so that nothing is told that an earlier one had left behind.
            _subscriber = Guid.NewGuid();
            foreach (var silo in silos) Add(silo, isLate: false);
            return true;
        }
    }

    private void Stop()
    {
        foreach (var (_, end) in _feeds.Values) End(end);
        _feeds.Clear();
        _aloneSince = 0;
    }

    private bool GoWith(IReadOnlyCollection<string> silos)
    {
        // What a silo that is new has committed already was not told.
        foreach (var silo in silos.Where(silo => !_feeds.ContainsKey(silo)).ToList()) Add(silo, isLate: true);
        var gone = _feeds.Keys.Where(silo => !silos.Contains(silo)).ToList();
        foreach (var silo in gone)
        {
            _feeds.Remove(silo, out var feed);
            End(feed.End);
        }

        return gone.Count > 0;
    }

    private void Add(string silo, bool isLate)
    {
        var feed = new SiloFeed(silo, way: _feeds.Count, isLate, feeds, receiver, options, time, logger);
        var end = new CancellationTokenSource();
        _feeds.Add(silo, (feed, end));
        var subscriber = _subscriber;
        _ = Task.Run(() => feed.RunAsync(subscriber, end.Token), CancellationToken.None);
    }

    private static void End(CancellationTokenSource end)
    {
        // The loop may have registered for it: disposing it is left to the collector, and nothing of it needs that.
        end.Cancel();
    }

    private Task<WatchFilter> CoverAsync(WatchQuery query)
    {
        lock (gate)
        {
            return _filter.Covers(query) ? Task.FromResult(_filter) : _gathering ??= GatherAsync();
        }
    }

    private async Task<WatchFilter> GatherAsync()
    {
        await Task.Delay(options.FilterPause, time).ConfigureAwait(false);
        lock (gate)
        {
            _gathering = null;
            return Refilter();
        }
    }

    private WatchFilter Refilter()
    {
        var former = _filter;
        _filterTurn = register.Turn;
        _filter = former.Next(register.Keys, register.Prefixes);
        former.Supersede();
        return _filter;
    }
}
