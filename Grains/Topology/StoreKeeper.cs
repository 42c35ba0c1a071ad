using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Replicas;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Keeps the silo's store in step with the map: drops what it holds no copies of any more, and brings an excluded silo back as a new node: has its store wiped, and registers
/// the empty one under its new id. Whatever still comes for the former store is answered with "another store".
/// </summary>
internal sealed partial class StoreKeeper(
    TopologyAgent agent, Replica replica, IOutlook outlook, Hearings hearings, IOptions<TopologyOptions> options, TimeProvider time, ILogger<StoreKeeper> logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly ILogger<StoreKeeper> _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(StoreKeeper), ServiceLifecycleStage.Active, Start, Stop);

    public void Dispose() => _stopping.Dispose();

    private Task Start(CancellationToken cancellation)
    {
        _loop = Task.Run(Follow, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task Stop(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        // Not where the host is thrown away: a call under way would hold it up for as long as its timeout.
        await _loop.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Follow()
    {
        var stop = _stopping.Token;
        try
        {
            await foreach (var _ in agent.Changes.ReadAllAsync(stop))
            {
                await UntilTheOthersAreThere(stop);
                replica.Follow();
                if (agent.Excluded is { } former && former == agent.Self) await Renew(former, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>
    /// A silo that is cut off may hear that it has been removed, from an authority that it shares with the others. Its copies are all that the clients on its side have: they are dropped when the
    /// others, who have newer ones, can be reached. That nothing is known against them is not enough, as nothing is in the first moments of a silo: they must have answered.
    /// </summary>
    private async Task UntilTheOthersAreThere(CancellationToken stop)
    {
        while (agent.View.Map is { } map && !map.Contains(agent.Self) && map.Newest.Nodes.Count(IsThere) * 2 <= map.Newest.Nodes.Length)
            await Task.Delay(options.Value.RetryPeriod, time, stop);
    }

    private bool IsThere(NodeId node) => outlook.CanReach(node) && hearings.LastOf(node) is not null;

    private async Task Renew(NodeId former, CancellationToken stop)
    {
        LogExcluded(former);
        StoreId? store = null;
        while (true)
        {
            try
            {
                store ??= await replica.Wipe();
                await agent.Renew(store.Value, stop);
                return;
            }
            catch (Exception fault) when (fault is IOException or TimeoutException)
            {
                LogNotRenewed(former, fault);
                await Task.Delay(options.Value.RetryPeriod, time, stop);
            }
        }
    }

    [LoggerMessage(1131, LogLevel.Warning, "Node {Node} was removed from the cluster map while it was away: its store is wiped, and joins anew as an empty one", EventName = "Excluded")]
    private partial void LogExcluded(NodeId node);

    [LoggerMessage(1132, LogLevel.Warning, "Node {Node} could not be wiped or registered anew, and tries again", EventName = "NotRenewed")]
    private partial void LogNotRenewed(NodeId node, Exception fault);
}
