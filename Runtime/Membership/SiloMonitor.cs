using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// Probes one silo, once per <see cref="ClusterMembershipOptions.ProbeTimeout"/>, and votes it dead after
/// <see cref="ClusterMembershipOptions.NumMissedProbesLimit"/> misses in a row.
/// <para>
/// A refused connection is a miss at once, and a broken one makes it probe at once, so a killed process is voted out within about one
/// probe timeout; a paused one, whose kernel still accepts connections, takes all its probes. Before the last miss becomes a vote
/// another silo is asked to probe as well: if it succeeds the fault is between us two and no reason to kill, if it fails it has
/// seen the same and its vote counts too. A silo that was itself held up (paused process, starved threads) does not blame others
/// for answers it did not fetch: it forgets the misses and first finds out whether it is still a member itself.
/// </para>
/// </summary>
internal sealed partial class SiloMonitor : IDisposable
{
    /// <summary>Timers are late by this much now and then without anything being wrong.</summary>
    private static readonly TimeSpan HeldUpSlack = TimeSpan.FromMilliseconds(250);

    private readonly SiloAddress _silo;
    private readonly MembershipManager _manager;
    private readonly IMembershipTransport _transport;
    private readonly ClusterMembershipOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _wake = NewWake();
    private int _missed;

    public SiloMonitor(
        SiloAddress silo,
        MembershipManager manager,
        IMembershipTransport transport,
        ClusterMembershipOptions options,
        TimeProvider time,
        ILogger log)
    {
        _silo = silo;
        _manager = manager;
        _transport = transport;
        _options = options;
        _time = time;
        _log = log;
        Completion = Task.Run(Run);
    }

    /// <summary>Ends after <see cref="Dispose"/>, never with a fault.</summary>
    public Task Completion { get; }

    /// <summary>The connection broke: probe now.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    public void Dispose()
    {
        _stop.Cancel();
        Wake();
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            var pause = _options.ProbeTimeout;
            try
            {
                var started = _time.GetTimestamp();
                var outcome = await ProbeOnce();
                pause = outcome == ProbeOutcome.Refused ? _options.RefusedPause() : _options.ProbeTimeout - _time.GetElapsedTime(started);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The table could not be written. The vote is repeated after the next miss.
                LogVoteFailed(exception, _silo);
            }

            await Pause(pause);
        }
    }

    private async Task<ProbeOutcome> ProbeOnce()
    {
        var started = _time.GetTimestamp();
        var goBetween = _missed + 1 >= _options.NumMissedProbesLimit ? ChooseGoBetween() : null;
        var second = goBetween is null
            ? Task.FromResult(ProbeOutcome.Unknown)
            : _transport.ProbeThrough(goBetween, _silo, _options.ProbeTimeout / 2, _stop.Token);
        var outcome = await _transport.Probe(_silo, _options.ProbeTimeout, _stop.Token);
        _stop.Token.ThrowIfCancellationRequested();
        if (outcome == ProbeOutcome.Answered)
        {
            _missed = 0;
            return outcome;
        }

        var secondOutcome = await second;
        if (_time.GetElapsedTime(started) > (_options.ProbeTimeout * 1.5) + HeldUpSlack)
        {
            OnHeldUp();
            return ProbeOutcome.Unknown;
        }

        _missed++;
        LogMissed(_silo, outcome, _missed, secondOutcome);
        if (secondOutcome == ProbeOutcome.Answered)
            _missed = 0;
        else if (_missed >= _options.NumMissedProbesLimit)
            await _manager.Suspect(_silo, secondOutcome == ProbeOutcome.Unknown ? null : goBetween, _stop.Token);
        return outcome;
    }

    private SiloAddress? ChooseGoBetween()
    {
        if (!_options.EnableIndirectProbes)
            return null;

        var now = _time.GetUtcNow().UtcDateTime;
        return _manager.Current.Entries
            .Where(entry => MembershipView.Counts(entry, now, _options.StalePeriod()) && !DeathVote.HasFreshVote(entry, now, _options))
            .Select(entry => entry.SiloAddress)
            .Where(silo => !silo.Equals(_silo) && !silo.Equals(_manager.LocalSilo))
            .Order()
            .FirstOrDefault();
    }

    private async Task Pause(TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            var started = _time.GetTimestamp();
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            await Task.WhenAny(Volatile.Read(ref _wake).Task, Task.Delay(pause, _time, timer.Token));
            await timer.CancelAsync();
            if (_time.GetElapsedTime(started) > pause + (_options.ProbeTimeout / 2) + HeldUpSlack)
                OnHeldUp();
        }

        if (_wake.Task.IsCompleted)
            Volatile.Write(ref _wake, NewWake());
    }

    private void OnHeldUp()
    {
        _missed = 0;
        LogHeldUp(_silo);
        _manager.RefreshInBackground();
    }

    [LoggerMessage(2111, LogLevel.Warning, "{Silo} missed a probe ({Outcome}), number {Missed} in a row; by a go-between: {Second}.")]
    private partial void LogMissed(SiloAddress silo, ProbeOutcome outcome, int missed, ProbeOutcome second);

    [LoggerMessage(2112, LogLevel.Warning, "This process was held up for longer than a probe takes; its misses of {Silo} do not count.")]
    private partial void LogHeldUp(SiloAddress silo);

    [LoggerMessage(2113, LogLevel.Error, "The vote on {Silo} could not be written.")]
    private partial void LogVoteFailed(Exception exception, SiloAddress silo);
}
