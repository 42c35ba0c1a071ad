using Orleans.Kv.Interfaces.Changes;

namespace Orleans.Kv.Api.Watching;

/// <summary>
/// Follows the change feed of one silo: tells it what is watched, and takes what it has to tell, one poll after another. As long as the silo keeps this host's queue, a call that fails loses nothing, for the
/// next one asks the same question again. Where it does not (it is another process, its queue has overflowed, it has not heard of this host for too long), everything watched is read anew.
/// </summary>
internal sealed partial class SiloFeed(string silo, int way, bool isLate, IChangeFeeds feeds, IFeedReceiver receiver, WatchOptions options, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private bool _isLate = isLate;
    private long _inForce;
    private Guid _incarnation;
    private long _after;
    private int _way = way;

    public string Silo { get; } = silo;

    /// <summary>The number of the filter that the silo goes by; 0 while it is not known to go by any.</summary>
    public long InForce => Volatile.Read(ref _inForce);

    /// <summary>It has failed to answer and not answered since: nobody waits for it.</summary>
    public bool IsUnreachable { get; private set; }

    /// <summary>Somebody begins to watch without waiting for this silo to go by the filter: when it does, everything is read once.</summary>
    public void GoOnWithout(long filter)
    {
        lock (_lock) _isLate |= _inForce < filter;
    }

    public async Task RunAsync(Guid subscriber, CancellationToken cancellation)
    {
        Task<ChangeBatch>? poll = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var filter = receiver.Filter;
                if (InForce < filter.Number && await FollowAsync(subscriber, filter, cancellation).ConfigureAwait(false)) poll = null;
                poll ??= feeds.Poll(Silo, new PollRequest { Subscriber = subscriber, Incarnation = _incarnation, After = _after }, _way).WaitAsync(options.PollPatience, time, cancellation);
                await Task.WhenAny(poll, filter.Superseded).ConfigureAwait(false);
                if (!poll.IsCompleted) continue;
                var batch = await poll.ConfigureAwait(false);
                poll = null;
                Take(batch);
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                // Whatever it is, the silo may be asked again. Through another gateway, for it may be that which does not answer.
                poll = null;
                _way++;
                if (!IsUnreachable) LogUnreachable(Silo, exception.Message);
                IsUnreachable = true;
                receiver.FeedChanged();
                await Task.Delay(options.FeedPause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>True where the silo's queue for this host is another one than before.</summary>
    private async Task<bool> FollowAsync(Guid subscriber, WatchFilter filter, CancellationToken cancellation)
    {
        var request = new FollowRequest { Subscriber = subscriber, Filter = filter.Number, Keys = filter.Keys, Prefixes = filter.Prefixes };
        var reply = await feeds.Follow(Silo, request, _way).WaitAsync(options.FollowPatience, time, cancellation).ConfigureAwait(false);
        if (reply.Status != FollowStatus.InForce) throw new InvalidOperationException(reply.Detail ?? reply.Status.ToString());
        var isOther = reply.Incarnation != _incarnation;
        var isLate = false;
        if (isOther)
        {
            // What the former one had yet to tell is not told any more.
            isLate |= _incarnation != Guid.Empty;
            (_incarnation, _after) = (reply.Incarnation, 0);
        }

        lock (_lock)
        {
            isLate |= _isLate;
            _isLate = false;
            _inForce = filter.Number;
        }

        Answered();
        if (isLate) receiver.MissedSomething();
        return isOther;
    }

    private void Take(ChangeBatch batch)
    {
        if (batch.Status == ChangeStatus.Unreachable) throw new InvalidOperationException(batch.Detail ?? "it is unreachable");
        Answered();
        if (batch.Status == ChangeStatus.Unknown)
        {
            LogLost(Silo, batch.Status);
            // It is told anew what is watched. From then on it misses nothing, and what is read after that is complete.
            lock (_lock) (_inForce, _isLate) = (0, true);
            return;
        }

        if (batch.Entries.Length > 0) receiver.Receive(batch.Entries);
        _after = batch.Last;
        if (batch.Status == ChangeStatus.Ok) return;
        LogLost(Silo, batch.Status);
        receiver.MissedSomething();
    }

    private void Answered()
    {
        if (IsUnreachable) LogReachable(Silo);
        IsUnreachable = false;
        receiver.FeedChanged();
    }

    [LoggerMessage(1, LogLevel.Information, "The change feed of {Silo} does not answer ({Reason}); the replicas on other silos tell that something was missed")]
    private partial void LogUnreachable(string silo, string reason);

    [LoggerMessage(2, LogLevel.Information, "The change feed of {Silo} answers again")]
    private partial void LogReachable(string silo);

    [LoggerMessage(3, LogLevel.Warning, "The change feed of {Silo} has not kept everything for this host ({Status}); what is watched is read anew")]
    private partial void LogLost(string silo, ChangeStatus status);
}
