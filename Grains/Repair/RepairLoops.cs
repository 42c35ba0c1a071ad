using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;

namespace Orleans.Kv.Grains.Repair;

/// <summary>
/// What keeps the replicas equal, for as long as the silo lives. Three loops that know nothing of each other: <see cref="Replayer"/> for pushes that failed,
/// <see cref="AntiEntropy"/> for all differences that nobody knows of, <see cref="Purger"/> for what deleted keys leave behind. None of them is needed for safety, and all of them are for durability: a state that only some of its replicas have is one failure nearer to its end. A
/// fault in one pass is logged, and the next pass comes all the same.
/// </summary>
internal sealed partial class RepairLoops(
    TopologyAgent topology, Replayer replayer, AntiEntropy antiEntropy, Purger purger, IOptions<RepairOptions> options, TimeProvider time,
    ILogger<RepairLoops> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>After a pass that could not reach everybody, and after a fault.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loops = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(RepairLoops), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stopping.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        _loops = Task.WhenAll(
            Task.Run(() => KeepOn("replay", Replay), CancellationToken.None),
            Task.Run(() => KeepOn("comparison", Compare), CancellationToken.None),
            Task.Run(() => KeepOn("purge", Purge), CancellationToken.None));
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        // Not where the host is thrown away: a call under way would hold it up for as long as its timeout.
        await _loops.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task KeepOn(string what, Func<CancellationToken, Task> step)
    {
        var stop = _stopping.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await step(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogFault(what, fault);
                await Task.Delay(Retry, time, CancellationToken.None);
            }
        }
    }

    private Task Replay(CancellationToken stop) => replayer.Run(stop);

    private async Task Compare(CancellationToken stop)
    {
        var epoch = topology.View.Epoch;
        var isComplete = await antiEntropy.Pass(stop);
        await NextMap(epoch, isComplete || Retry > options.Value.ComparePeriod ? options.Value.ComparePeriod : Retry, stop);
    }

    private async Task Purge(CancellationToken stop)
    {
        await Task.Delay(options.Value.PurgePeriod, time, stop);
        await purger.Pass(stop);
    }

    /// <summary>Waits for a later map, but no longer than that.</summary>
    private async Task NextMap(Epoch epoch, TimeSpan patience, CancellationToken stop)
    {
        try
        {
            await topology.After(epoch).WaitAsync(patience, time, stop);
        }
        catch (TimeoutException)
        {
            // The period is over.
        }
    }

    [LoggerMessage(1391, LogLevel.Error, "A fault in the {What} loop; it goes on", EventName = "RepairFault")]
    private partial void LogFault(string what, Exception fault);
}
