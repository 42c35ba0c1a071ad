using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Placement;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Gives <see cref="TopologyLeader"/> its turns: at nudges, and by a timer while a migration is under way, a grace period runs or a look has failed.
/// It stays active until its silo ends, so that the leader does not change for no reason.
/// </summary>
[PreferLocalPlacement, Reentrant, CollectionAgeLimit(AlwaysActive = true)]
internal sealed partial class TopologyGrain : Grain, ITopologyGrain, IIncomingGrainCallFilter
{
    /// <summary>How often orders are given and progress is asked for during a migration: often enough that a short one does not last longer for it.</summary>
    private static readonly TimeSpan MigrationPeriod = TimeSpan.FromMilliseconds(50);

    private readonly TopologyLeader _leader;
    private readonly GrainMeters _meters;
    private readonly TimeProvider _time;
    private readonly TimeSpan _retryPeriod;
    private readonly ILogger<TopologyGrain> _logger;
    private IGrainTimer? _timer;
    private long _lookAt = long.MaxValue;

    public TopologyGrain(
        TopologyAgent agent, IMapAuthority authority, TopologyServiceClient services, ISiloStatusOracle oracle, IOptions<TopologyOptions> options,
        GrainMeters meters, TimeProvider time, ILogger<TopologyGrain> logger)
    {
        _meters = meters;
        _time = time;
        _logger = logger;
        _retryPeriod = options.Value.RetryPeriod;
        _leader = new TopologyLeader(agent, authority, services, new NodeWatch(oracle, time), options.Value.ToPlanner(), time, logger, LookSoon);
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _timer = this.RegisterGrainTimer(
            OnTimer, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { Interleave = true });
        return Task.CompletedTask;
    }

    public async ValueTask<TopologyReport> Nudge()
    {
        try
        {
            await _leader.Look();
        }
        catch
        {
            LookIn(_retryPeriod);
            throw;
        }

        Plan();
        return _leader.Report;
    }

    public ValueTask<TopologyReport> GetReport() => new(_leader.Report);

    public async ValueTask<DrainReply> Drain(string name)
    {
        var reply = await _leader.Drain(name);
        Plan();
        return reply;
    }

    public async ValueTask<RecoverReply> Recover(bool apply)
    {
        var reply = await _leader.Recover(apply);
        Plan();
        return reply;
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) => _meters.Measure(context);

    private async Task OnTimer(CancellationToken cancellation)
    {
        if (_time.GetTimestamp() < _lookAt)
        {
            _leader.Advance();
            Arm();
            return;
        }

        try
        {
            await _leader.Look();
            Plan();
        }
        catch (Exception fault) when (fault is IOException or TimeoutException or OrleansException or FrameFormatException)
        {
            // The authority is out of reach, or holds a map of a form that only a later build reads: the map stays as it is until that is over.
            LogLookFailed(fault);
            LookIn(_retryPeriod);
        }
    }

    /// <summary>After a look: when is the next one due?</summary>
    private void Plan()
    {
        _lookAt = long.MaxValue;
        if (_leader.LookAgain is { } wait) LookIn(wait);
        else Arm();
    }

    private void LookSoon() => LookIn(TimeSpan.Zero);

    private void LookIn(TimeSpan wait)
    {
        _lookAt = Math.Min(_lookAt, _time.GetTimestamp() + (long)(wait.TotalSeconds * _time.TimestampFrequency));
        Arm();
    }

    /// <summary>Sets the timer to whatever is due first, the next look or the next round of orders; to nothing where nothing is due.</summary>
    private void Arm()
    {
        var wait = Timeout.InfiniteTimeSpan;
        if (_lookAt != long.MaxValue)
        {
            wait = _time.GetElapsedTime(_time.GetTimestamp(), _lookAt);
            if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
        }

        if (_leader.IsMigrating && (wait == Timeout.InfiniteTimeSpan || wait > MigrationPeriod)) wait = MigrationPeriod;
        _timer!.Change(wait, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(1119, LogLevel.Warning, "A look at the cluster map failed and is tried again", EventName = "TopologyLookFailed")]
    private partial void LogLookFailed(Exception fault);
}
