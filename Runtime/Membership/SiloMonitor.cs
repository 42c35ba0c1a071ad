using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// Probes one silo, once per <see cref="ClusterMembershipOptions.ProbeTimeout"/>, and votes it dead after
/// <see cref="ClusterMembershipOptions.NumMissedProbesLimit"/> misses in a row.
/// <para>
/// A broken connection makes it probe at once, and a refused one is a miss at once: a killed process is voted out as soon as two silos
/// have been refused, else within one probe timeout. A paused process, whose kernel still accepts connections, takes all its probes.
/// Before the last miss becomes a vote another silo is asked to probe as well: if it succeeds the fault is between us two and no
/// reason to kill, if it fails it has seen the same and its vote counts too. A silo that was itself held up (paused process, starved
/// threads) does not blame others for answers it did not fetch: it forgets the misses and first finds out whether it is still a
/// member itself.
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
            catch (OrleansException) when (_manager.OwnStatus == SiloStatus.Dead)
            {
                // The others have given this silo up while it voted: it has no say any more.
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
        var isLast = _missed + 1 >= _options.NumMissedProbesLimit;
        var goBetween = ChooseGoBetween();
        var second = isLast ? AskGoBetween(goBetween) : Task.FromResult(ProbeOutcome.Unknown);
        var outcome = await _transport.Probe(_silo, _options.ProbeTimeout, _stop.Token);
        _stop.Token.ThrowIfCancellationRequested();
        if (outcome == ProbeOutcome.Answered)
        {
            _missed = 0;
            return outcome;
        }

        if (outcome == ProbeOutcome.Refused && !isLast)
            second = AskGoBetween(goBetween);
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
        else if (isLast || (outcome == ProbeOutcome.Refused && secondOutcome == ProbeOutcome.Refused))
            await _manager.Suspect(_silo, secondOutcome == ProbeOutcome.Unknown ? null : goBetween, _stop.Token);
        return outcome;
    }

    private Task<ProbeOutcome> AskGoBetween(SiloAddress? goBetween) => goBetween is null
        ? Task.FromResult(ProbeOutcome.Unknown)
        : _transport.ProbeThrough(goBetween, _silo, _options.ProbeTimeout / 2, _stop.Token);

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
            var delay = Task.Delay(pause, _time, timer.Token);

            // While it is being missed its connections break all the time; hurrying would make one fault look like several.
            await (_missed == 0 ? Task.WhenAny(Volatile.Read(ref _wake).Task, delay) : Task.WhenAny(delay));
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
