using Orleans.Kv.Api.Problems;
using Orleans.Kv.Api.Routing;

namespace Orleans.Kv.Api.Watching;

/// <summary>Reads everything that is watched when something may have been missed, and lets go of what nobody watches any more.</summary>
internal sealed partial class WatchHub
{
    // Silos that fail, fail together with others, and each is noticed by itself: what one reading finds need not be read again for each.
    private static readonly TimeSpan CatchUpPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan EvictPeriod = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly Task _tending;
    private bool _hasMissed;
    private bool _isCatchingUp;
    private long _evictedAt;

    private static Problem HostIsFull { get; } = new(
        StatusCodes.Status429TooManyRequests, ProblemCode.TooManyKeys, "the watchers of this API host follow as many keys as it keeps versions of; watch a longer prefix, or at another host");

    private static Problem TooManyWatchers(int bound) =>
        Problem.Later(StatusCodes.Status429TooManyRequests, ProblemCode.Overloaded, $"{bound} watch at this API host already, and it takes no more");

    private static Problem TooManyKeys(int bound) => new(
        StatusCodes.Status400BadRequest, ProblemCode.TooManyKeys, $"prefix: more than {bound} keys begin with it; watch a longer one") { Field = "prefix" };

    void IFeedReceiver.MissedSomething() => MissedSomething();

    private void MissedSomething()
    {
        lock (_lock)
        {
            _hasMissed = true;
            if (_isCatchingUp) return;
            _isCatchingUp = true;
        }

        _ = CatchUpAsync();
    }

    private async Task CatchUpAsync()
    {
        while (true)
        {
            int keys;
            lock (_lock)
            {
                if (!_hasMissed || _register.Count == 0 || _end.IsCancellationRequested)
                {
                    _isCatchingUp = false;
                    return;
                }

                _hasMissed = false;
                keys = _followed.Count;
                var now = Milliseconds.Now(_time);
                foreach (var followed in _followed.Values) Doubt(followed, now);
            }

            LogCatchingUp(keys);
            foreach (var prefix in _feeds.Filter.Prefixes)
            {
                if (await DoubtAllAsync(prefix).ConfigureAwait(false)) continue;
                lock (_lock) _hasMissed = true;
                break;
            }

            await Task.Delay(CatchUpPause, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Doubts the keys that have come to be without the hub having heard of them. False where they could not be listed.</summary>
    private async Task<bool> DoubtAllAsync(string prefix)
    {
        string? after = null;
        do
        {
            var page = await _reader.List(prefix, after).ConfigureAwait(false);
            if (page.Problem is { } fault)
            {
                LogNotListed(prefix, fault.Code, fault.Detail);
                return false;
            }

            lock (_lock)
            {
                var now = Milliseconds.Now(_time);
                foreach (var key in page.Keys)
                {
                    if (!_followed.ContainsKey(key) && Follow(key, now) is { } followed) Doubt(followed, now);
                }
            }

            after = page.Next;
        }
        while (after is not null && !_end.IsCancellationRequested);
        return true;
    }

    private void Doubt(Followed followed, long now)
    {
        followed.Sequence.Doubt(now);
        Settle(followed);
    }

    private async Task TendAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(_options.TendPeriod, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_feeds.Tend()) MissedSomething();
            lock (_lock) Evict();
        }
    }

    private void Evict()
    {
        var now = Milliseconds.Now(_time);
        if (now - _evictedAt < (long)EvictPeriod.TotalMilliseconds) return;
        _evictedAt = now;
        foreach (var followed in _followed.Values.ToArray())
        {
            if (!IsNeeded(followed, now)) _followed.Remove(followed.Key);
        }
    }

    // Of a value, and of a key that is watched by its name, the last version is needed to tell what follows it. That of a deleted one only for as long as changes before it may still come in.
    private bool IsNeeded(Followed followed, long now)
    {
        var sequence = followed.Sequence;
        if (followed.Turn != _register.Turn) (followed.Watchers, followed.Turn) = (_register.Of(followed.Key), _register.Turn);
        if (followed.Watchers.Length == 0) return false;
        return sequence.IsLive || sequence.IsBeingRead || sequence.NextDue is not null
            || now - sequence.TouchedAt < (long)_options.KeepDeleted.TotalMilliseconds
            || Array.Exists(followed.Watchers, watcher => watcher.Query.Key is not null);
    }

    [LoggerMessage(1, LogLevel.Information, "Reading {Keys} watched keys, and listing the prefixes, for what the change feeds may not have told")]
    private partial void LogCatchingUp(int keys);

    [LoggerMessage(2, LogLevel.Information, "The keys that begin with '{Prefix}' could not be listed ({Code}: {Detail}); they are again in a moment")]
    private partial void LogNotListed(string prefix, string code, string detail);
}
