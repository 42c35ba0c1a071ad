using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Interfaces.Replication;

namespace Orleans.Kv.Grains.Replication;

/// <summary>
/// Gathers from all silos what the silo of one name has missed. It keeps nothing: each answer is made of what the silos say at that moment, so it may die or exist
/// twice without anybody noticing. While something is owed it looks after the silo from time to time, and as soon as that answers again has everybody replay at once.
/// </summary>
[Reentrant]
internal sealed partial class ReplicationGrain(
    TopologyAgent topology, ReplicaServiceClient services, ISiloStatusOracle oracle, TimeProvider time, ILogger<ReplicationGrain> logger)
    : Grain, IReplicationGrain
{
    /// <summary>How long a silo is waited for: a person or a health check wants the answer, and who takes longer is part of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the silo is looked after while something is owed to it: the time that it may be back before everybody knows.</summary>
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = logger;
    private IGrainTimer? _watch;
    private bool _looking;

    public async ValueTask<ReplicationStatus> GetStatus() => (await Gather()).Judge();

    public Task Owed()
    {
        _watch ??= this.RegisterGrainTimer(LookAfter, new GrainTimerCreationOptions(WatchPeriod, WatchPeriod) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    private async Task LookAfter(CancellationToken stop)
    {
        if (_looking) return;
        _looking = true;
        try
        {
            var gathered = await Gather();
            if (gathered.IsOwedNothing)
            {
                _watch?.Dispose();
                _watch = null;
            }
            else if (gathered.IsAnswering)
            {
                await Task.WhenAll(gathered.Creditors.Select(Wake));
            }
        }
        finally
        {
            _looking = false;
        }
    }

    private async Task<NodeReplication> Gather()
    {
        var view = topology.View;
        var name = this.GetPrimaryKeyString();
        var record = view.Records.FirstOrDefault(record => record.Name == name);
        var silos = view.Records.Where(record => IsAlive(record.Silo) && (record.Name == name || IsMember(view, ClusterView.NodeOf(record)))).ToList();
        var reports = await Task.WhenAll(silos.Select(silo => Ask(silo.Silo)));
        var members = view.Map is { } map ? map.Generations.SelectMany(static generation => generation.Nodes).Distinct().ToList() : [];
        return new NodeReplication(
            name,
            record,
            record is not null && IsAlive(record.Silo),
            view.Map,
            [.. members.Where(node => view.Map!.Contains(node))],
            reports.OfType<PendingReport>().ToDictionary(report => report.Silo));
    }

    private bool IsAlive(SiloAddress silo) => oracle.GetApproximateSiloStatus(silo) == SiloStatus.Active;

    private static bool IsMember(ClusterView view, NodeId node) => view.Map is { } map && map.Contains(node);

    private async Task<PendingReport?> Ask(SiloAddress silo)
    {
        try
        {
            return await services.On(silo).GetPending().WaitAsync(Patience, time);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            LogUnanswered(silo, fault.Message);
            return null;
        }
    }

    private async Task Wake(string silo)
    {
        if (topology.View.Records.FirstOrDefault(record => record.Name == silo) is not { } record) return;
        try
        {
            await services.On(record.Silo).Replay(this.GetPrimaryKeyString()).WaitAsync(Patience, time);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            LogUnanswered(record.Silo, fault.Message);
        }
    }

    [LoggerMessage(1401, LogLevel.Debug, "Silo {Silo} does not say what it owes: {Fault}", EventName = "PendingUnknown")]
    private partial void LogUnanswered(SiloAddress silo, string fault);
}
