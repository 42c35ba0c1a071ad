using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replication;

namespace Orleans.Kv.Grains.Reachability;

/// <summary>
/// Asks "am I in sync?" whenever there is reason to doubt it: at the start, under another map, and after some node could not be reached. Until the answer is yes, this silo's copies may have
/// missed something that the others know, and what is read from them alone is called stale.
/// </summary>
internal sealed partial class SyncWatch(
    TopologyAgent topology, IGrainFactory grains, IOptions<ReachabilityOptions> options, TimeProvider time, ILogger<SyncWatch> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private long _doubts;
    private volatile Confirmed? _confirmed;

    /// <summary>This silo has missed nothing that was committed, as far as all silos know.</summary>
    public bool IsInSync => _confirmed is { } confirmed && confirmed.Doubts == Interlocked.Read(ref _doubts) && confirmed.Epoch == topology.View.Epoch;

    /// <summary>Something may be missed from now on.</summary>
    public void Doubt() => Interlocked.Increment(ref _doubts);

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(SyncWatch), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stopping.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        _loop = Task.Run(KeepOn, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        // Not where the host is thrown away: a question under way would hold it up for as long as its timeout.
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepOn()
    {
        var stop = _stopping.Token;
        try
        {
            while (true)
            {
                if (!IsInSync) await Ask();
                await Task.Delay(options.Value.SyncPeriod, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task Ask()
    {
        // Both as of before the question: what happens meanwhile is a new doubt.
        var doubts = Interlocked.Read(ref _doubts);
        var epoch = topology.View.Epoch;
        if (epoch == Epoch.None) return;
        try
        {
            var status = await grains.GetGrain<IReplicationGrain>(topology.Self.Name).GetStatus();
            if (status.InSync && status.Epoch == epoch.Number && status.Store == ClusterView.StoreOf(topology.Self)) _confirmed = new Confirmed(doubts, epoch);
        }
        catch (Exception fault)
        {
            // Nobody answers: then it stays doubtful, and is asked again.
            LogUnanswered(fault);
        }
    }

    [LoggerMessage(1545, LogLevel.Debug, "Nobody could say whether this silo is in sync", EventName = "SyncUnknown")]
    private partial void LogUnanswered(Exception fault);

    private sealed record Confirmed(long Doubts, Epoch Epoch);
}
