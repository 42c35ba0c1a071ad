using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// Takes this silo through its life: Joining before grains are served, Active when everything has started, ShuttingDown while it
/// finishes, Dead before its connections close; and meanwhile does what is due periodically.
/// </summary>
internal sealed partial class MembershipAgent : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    /// <summary>Writing the good-bye must not hold up a stop for longer: without it the others find out by probing.</summary>
    private static readonly TimeSpan GoodByeTimeout = TimeSpan.FromSeconds(5);

    private readonly MembershipManager _manager;
    private readonly SiloMonitors _monitors;
    private readonly IMembershipTransport _transport;
    private readonly ClusterMembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<MembershipAgent> _log;
    private readonly CancellationTokenSource _stop = new();
    private Task _periodic = Task.CompletedTask;
    private DateTimeOffset _cleanedUp;
    private bool _disposed;

    public MembershipAgent(
        MembershipManager manager,
        SiloMonitors monitors,
        IMembershipTransport transport,
        IOptions<ClusterMembershipOptions> options,
        TimeProvider time,
        ILogger<MembershipAgent> log)
    {
        _manager = manager;
        _monitors = monitors;
        _transport = transport;
        _options = options.Value;
        _time = time;
        _log = log;
        _cleanedUp = time.GetUtcNow();
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
        // After the sockets listen and before they close: others probe a silo as soon as its row is there.
        lifecycle.Subscribe(nameof(MembershipAgent), ServiceLifecycleStage.RuntimeInitialize + 1, _manager.Initialize, SayGoodBye);
        lifecycle.Subscribe(nameof(MembershipAgent), ServiceLifecycleStage.AfterRuntimeGrainServices, Join, static _ => Task.CompletedTask);
        lifecycle.Subscribe(
            nameof(MembershipAgent), ServiceLifecycleStage.ValidateInitialConnectivity, CheckConnectivity, static _ => Task.CompletedTask);
        lifecycle.Subscribe(nameof(MembershipAgent), ServiceLifecycleStage.BecomeActive, BecomeActive, Leave);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        await StopPeriodic();
        _disposed = true;
        _stop.Dispose();
    }

    private Task Join(CancellationToken cancellation)
    {
        _periodic = Task.WhenAll(
            Repeat(_options.IAmAliveTablePublishTimeout, _manager.WriteHeartbeat),
            Repeat(_options.TableRefreshTimeout, RefreshAndCleanUp));
        return _manager.SetOwnStatus(SiloStatus.Joining, cancellation);
    }

    private async Task BecomeActive(CancellationToken cancellation)
    {
        await _manager.SetOwnStatus(SiloStatus.Active, cancellation);
        _monitors.Start();
    }

    /// <summary>
    /// A silo that others cannot talk to must not become active: they would have to vote it out again. So every living member has to
    /// answer first. One that refuses the connection is gone, and about to be voted out, and no reason to wait.
    /// </summary>
    private async Task CheckConnectivity(CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var round = _time.GetTimestamp();
            var now = _time.GetUtcNow().UtcDateTime;
            var members = _manager.Current.Entries
                .Where(entry => MembershipView.Counts(entry, now, _options.StalePeriod()) && !entry.SiloAddress.Equals(_manager.LocalSilo))
                .Select(entry => entry.SiloAddress)
                .ToList();
            var outcomes = await Task.WhenAll(members.Select(silo => _transport.Probe(silo, _options.ProbeTimeout, cancellation)));
            cancellation.ThrowIfCancellationRequested();
            var silent = members.Where((_, index) => outcomes[index] == ProbeOutcome.Silent).ToList();
            if (silent.Count == 0)
                return;

            var names = string.Join(", ", silent);
            LogNoAnswer(names);
            if (_time.GetElapsedTime(started) > _options.MaxJoinAttemptTime)
                throw new OrleansException($"Not joining the cluster: within {_options.MaxJoinAttemptTime} there was no answer from {names}.");
            // One that takes this silo for a stranger says so at once.
            var pause = _options.ProbeTimeout - _time.GetElapsedTime(round);
            if (pause > TimeSpan.Zero) await Task.Delay(pause, _time, cancellation);
            await _manager.Refresh(cancellation);
        }
    }

    private async Task Leave(CancellationToken cancellation)
    {
        // Stopped without grace: no word to anybody, as if the process had been killed.
        await StopPeriodic();
        if (!cancellation.IsCancellationRequested && !_manager.OwnStatus.IsTerminating())
            await TrySetOwnStatus(SiloStatus.ShuttingDown, cancellation);
    }

    private async Task SayGoodBye(CancellationToken cancellation)
    {
        await StopPeriodic();
        if (!cancellation.IsCancellationRequested && _manager.OwnStatus is not (SiloStatus.Created or SiloStatus.Dead))
            await TrySetOwnStatus(SiloStatus.Dead, cancellation);
    }

    private async Task TrySetOwnStatus(SiloStatus status, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(GoodByeTimeout);
        try
        {
            await _manager.SetOwnStatus(status, timeout.Token);
        }
        catch (Exception exception)
        {
            LogGoodByeFailed(exception, status);
        }
    }

    private async Task StopPeriodic()
    {
        await _stop.CancelAsync();
        await _monitors.DisposeAsync();
        await _periodic;
    }

    private async Task RefreshAndCleanUp(CancellationToken cancellation)
    {
        await _manager.Refresh(cancellation);
        await EvictStuckJoiners(cancellation);
        if (_options.DefunctSiloCleanupPeriod is { } period && _time.GetUtcNow() - _cleanedUp >= period)
        {
            _cleanedUp = _time.GetUtcNow();
            await _manager.DeleteDefunct(cancellation);
        }
    }

    /// <summary>Nobody probes a joining silo, so one that died while joining would stay in the table for ever.</summary>
    private async Task EvictStuckJoiners(CancellationToken cancellation)
    {
        if (!_options.EvictWhenMaxJoinAttemptTimeExceeded || _manager.OwnStatus != SiloStatus.Active)
            return;

        var limit = _time.GetUtcNow().UtcDateTime - _options.MaxJoinAttemptTime;
        foreach (var entry in _manager.Current.Entries.Where(
            entry => entry.Status is SiloStatus.Joining or SiloStatus.Created && entry.StartTime < limit))
        {
            LogStuckJoiner(entry.SiloAddress);
            await _manager.TryKill(entry.SiloAddress, cancellation);
        }
    }

    private async Task Repeat(TimeSpan period, Func<CancellationToken, Task> action)
    {
        using var timer = new PeriodicTimer(period, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await action(_stop.Token);
                }
                catch (Exception exception) when (!_stop.IsCancellationRequested)
                {
                    LogPeriodicFailed(exception, period);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(2121, LogLevel.Warning, "Cannot join yet: no answer from {Silos}.")]
    private partial void LogNoAnswer(string silos);

    [LoggerMessage(2122, LogLevel.Warning, "Status {Status} could not be written before stopping; the others will find out by probing.")]
    private partial void LogGoodByeFailed(Exception exception, SiloStatus status);

    [LoggerMessage(2123, LogLevel.Warning, "{Silo} has been joining for too long: declaring it dead.")]
    private partial void LogStuckJoiner(SiloAddress silo);

    [LoggerMessage(2124, LogLevel.Warning, "The membership table could not be read or written; trying again in {Period}.")]
    private partial void LogPeriodicFailed(Exception exception, TimeSpan period);
}
