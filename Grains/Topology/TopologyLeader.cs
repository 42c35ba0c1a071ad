using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Migration;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Brings the cluster map after the nodes, for as long as it leads: the life of one activation of <see cref="TopologyGrain"/>.
/// <para>
/// A look reads the authority, asks <see cref="MapPlanner"/>, and installs what that wants by compare-and-swap, until it wants nothing more. Silos nudge it with every change of
/// membership; between nudges it looks again when the planner said when (a grace period ends), when every slot is migrated, and a while after a fault. On a stable map with
/// nobody dying nothing runs.
/// </para>
/// <para>
/// It keeps nothing that must not be lost: since when nodes are dead and how far the migration is, its successor finds out. Two at once do no harm: one of two swaps wins,
/// orders may be given twice, and nodes count as done under exactly the epoch that they were told of.
/// </para>
/// <para>Runs on the topology grain's scheduler: one thread at a time, looks never overlap.</para>
/// </summary>
internal sealed partial class TopologyLeader
{
    private readonly TopologyAgent _agent;
    private readonly IMapAuthority _authority;
    private readonly TopologyServiceClient _services;
    private readonly MapPlannerOptions _options;
    private readonly NodeWatch _watch;
    private readonly MigrationLead _migration;
    private readonly ILogger _logger;
    private MapPlan? _plan;
    private string? _line;
    private Task _looking = Task.CompletedTask;
    private Task? _following;

    /// <param name="agent">The silo's own.</param>
    /// <param name="authority">The map authority.</param>
    /// <param name="services">Reaches the other silos.</param>
    /// <param name="watch">Who is alive.</param>
    /// <param name="options">How patient it is.</param>
    /// <param name="time">For the migration's figures.</param>
    /// <param name="logger">The grain's.</param>
    /// <param name="lookSoon">Asks for a look, from wherever it is called; to be carried out on the grain's scheduler.</param>
    public TopologyLeader(
        TopologyAgent agent, IMapAuthority authority, TopologyServiceClient services, NodeWatch watch, MapPlannerOptions options, TimeProvider time,
        ILogger logger, Action lookSoon)
    {
        _agent = agent;
        _authority = authority;
        _services = services;
        _watch = watch;
        _options = options;
        _logger = logger;
        _migration = new MigrationLead(agent, services, watch, time, logger, lookSoon);
    }

    /// <summary>When the next look is due without any nudge; null for never.</summary>
    public TimeSpan? LookAgain => (_plan as MapPlan.Nothing)?.LookAgain;

    /// <summary>A migration is under way and wants <see cref="Advance"/> to be called.</summary>
    public bool IsMigrating => _agent.View.Map is { IsStable: false };

    public TopologyReport Report => new()
    {
        Leader = _agent.Self.Name,
        Epoch = _agent.View.Epoch.Number,
        Migration = _migration.Status,
        LastMigration = _migration.Last,
        Reason = _plan?.Reason,
        MajorityLost = _plan switch
        {
            MapPlan.MajorityLost lost => [.. lost.Nodes.Select(node => node.Name)],
            MapPlan.MajorityAway away => [.. away.Nodes.Select(node => node.Name)],
            _ => [],
        },
    };

    /// <summary>A look that begins after this call; calls that come during one look share the next.</summary>
    public Task Look()
    {
        if (_following is not null) return _following;
        return _looking.IsCompleted ? _looking = LookOnce() : _following = LookAfter(_looking);
    }

    /// <summary>Gives the orders of the migration, if one is under way, and takes what was done since.</summary>
    public void Advance()
    {
        if (_agent.View.Map is { } map) _migration.Advance(map);
    }

    /// <summary>Puts an operator's wish on record and acts on it.</summary>
    public async Task<DrainReply> Drain(string name)
    {
        var (map, records, nodes) = await Read();
        var found = nodes.FirstOrDefault(node => node.Node.Name == name);
        if (found.Node == default) return Answer(DrainStatus.Unknown, $"no node is named {name}");
        if (!found.IsAlive) return Answer(DrainStatus.Dead, $"{name} is not alive: it leaves by itself");
        if (!nodes.Any(node => node is { IsAlive: true, IsDraining: false } && node.Node != found.Node))
            return Answer(DrainStatus.LastNode, $"{name} is the last one: nobody would be left");

        var record = records.First(record => record.Name == name);
        if (!await _authority.SetDraining(name, record.Store, draining: true, CancellationToken.None))
            return Answer(DrainStatus.Unknown, $"{name} has another store by now");
        LogDraining(found.Node);
        await Look();
        map = _agent.View.Map;
        return map?.Contains(found.Node) == true
            ? Answer(DrainStatus.Draining, $"{name} leaves the map: {_plan?.Reason}")
            : Answer(DrainStatus.Drained, $"{name} is in no map");

        DrainReply Answer(DrainStatus status, string detail) => new() { Status = status, Detail = detail, Epoch = _agent.View.Epoch.Number };
    }

    /// <summary>Says what giving up the missing nodes costs, and does it if that is wanted.</summary>
    public async Task<RecoverReply> Recover(bool apply)
    {
        var (map, _, nodes) = await Read();
        if (map is null) return Answer(RecoverStatus.Impossible, "the cluster has no map");
        if (MapPlanner.Recover(map, nodes, _options) is not { } recovery)
            return Answer(RecoverStatus.Impossible, "no node is alive that could hold anything, or too many changes are stacked up");
        if (recovery.Lost.IsEmpty) return Answer(RecoverStatus.NotNeeded, "every node of the map is alive");
        if (!apply) return Answer(RecoverStatus.Planned, "nothing was changed", recovery);
        if (!await TryInstall(recovery.Map, map.Epoch)) return Answer(RecoverStatus.Superseded, "the map has changed meanwhile");

        LogRecovered(string.Join(", ", recovery.Lost), recovery.SlotsAtRisk.Length, recovery.SlotsGone.Length, recovery.Map.ToString());
        await Look();
        return Answer(RecoverStatus.Applied, "the missing nodes are given up", recovery);

        RecoverReply Answer(RecoverStatus status, string detail, Recovery? recovery = null) => new()
        {
            Status = status,
            Detail = detail,
            Epoch = _agent.View.Epoch.Number,
            Lost = recovery is null ? [] : [.. recovery.Lost.Select(node => node.Name)],
            Survivors = recovery is null ? [] : [.. recovery.Map.Newest.Nodes.Select(node => node.Name)],
            SlotsAtRisk = recovery?.SlotsAtRisk.Length ?? 0,
            SlotsGone = recovery?.SlotsGone.Length ?? 0,
            Slots = Slot.Count,
        };
    }

    private async Task LookAfter(Task current)
    {
        await current.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _looking = LookOnce();
        _following = null;
        await _looking;
    }

    private async Task LookOnce()
    {
        while (true)
        {
            var (map, _, nodes) = await Read();
            var plan = _agent.IsIsolated
                ? new MapPlan.Nothing(null, "this silo is cut off from the others: the map stays as it is")
                : MapPlanner.Plan(map, nodes, map is not null && _migration.IsComplete(map.Epoch), _options);
            if (plan is MapPlan.Install && _plan is MapPlan.MajorityLost or MapPlan.MajorityAway)
            {
                // The majority has just come back, and not all at the same instant: those who are still missing have their grace from now.
                _watch.Restart();
                _plan = null;
                continue;
            }

            Note(plan);
            if (plan is not MapPlan.Install install) break;
            if (!await TryInstall(install.Map, map?.Epoch ?? Epoch.None)) continue;
            if (install.Change == MapChange.StartedEmpty) LogStartedEmpty(install.Reason, install.Map.ToString());
            else LogInstalled(install.Change, install.Reason, install.Map.ToString());
        }

        Advance();
        SayWhoLeads();
    }

    /// <summary>Map and records of one moment: a record may say nothing about a map that is older than it.</summary>
    private async Task<(ClusterMap? Map, IReadOnlyList<NodeRecord> Records, List<PlannedNode> Nodes)> Read()
    {
        var read = await _agent.ReadAuthority(CancellationToken.None);
        var known = _agent.View.Map;
        var map = read.Epoch == 0 ? null : known?.Epoch.Number == read.Epoch ? known : ClusterMapCodec.Read(read.Map);
        return (map, read.Nodes, _watch.Look(read.Nodes));
    }

    private async Task<bool> TryInstall(ClusterMap map, Epoch expected)
    {
        string[] stores = [.. map.Generations.SelectMany(generation => generation.Nodes).Distinct().Select(ClusterView.StoreOf)];
        if (!await _authority.TryInstall(ClusterMapCodec.ToArray(map), map.Epoch.Number, expected.Number, stores, CancellationToken.None)) return false;
        await _agent.ReadAuthority(CancellationToken.None);
        foreach (var record in _agent.View.Records)
        {
            if (record.Name != _agent.Self.Name && _watch.IsAlive(record.Silo)) _ = Tell(record.Silo, map.Epoch);
        }

        return true;
    }

    private async Task Tell(SiloAddress silo, Epoch epoch)
    {
        try
        {
            await _services.On(silo).Hear(epoch.Number);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or IOException)
        {
            // It hears of the map with the next message it gets.
            LogNotTold(silo, epoch.Number, fault.Message);
        }
    }

    private void Note(MapPlan plan)
    {
        var former = _plan;
        _plan = plan;
        if (plan.Reason == former?.Reason) return;
        switch (plan)
        {
            case MapPlan.MajorityLost lost:
                LogMajorityLost(string.Join(", ", lost.Nodes), lost.Slots);
                break;
            case MapPlan.MajorityAway away:
                LogMajorityAway(string.Join(", ", away.Nodes), away.Slots);
                break;
        }
    }

    private void SayWhoLeads()
    {
        if (_agent.View.Map is not { } map) return;
        var members = string.Join(", ", map.Newest.Nodes.Select(node => node.Name));
        var line = $"{map.Epoch} {map.IsStable} {members}";
        if (line == _line) return;
        _line = line;
        LogLeads(_agent.Self.Name, map.Epoch.Number, members, map.IsStable ? "stable" : "migrating");
    }

    [LoggerMessage(1111, LogLevel.Information, "Changed the cluster map ({Change}), because {Reason}: {Map}", EventName = "MapChanged")]
    private partial void LogInstalled(MapChange change, string reason, string map);

    [LoggerMessage(1112, LogLevel.Information, "Leader {Leader}, epoch {Epoch}, members {Members}, {State}", EventName = "LeaderLine")]
    private partial void LogLeads(string leader, long epoch, string members, string state);

    [LoggerMessage(1113, LogLevel.Critical, "EVERYTHING THE CLUSTER HELD IS LOST: {Reason}: {Map}", EventName = "StartedEmpty")]
    private partial void LogStartedEmpty(string reason, string map);

    [LoggerMessage(1114, LogLevel.Critical, "A majority is dead at once: without {Nodes} {Slots} slots have no quorum. Silos that were only cut off return by themselves with what they hold; where their processes have ended it is gone, and takes an operator's recover", EventName = "MajorityLost")]
    private partial void LogMajorityLost(string nodes, int slots);

    [LoggerMessage(1115, LogLevel.Error, "A majority is away: without {Nodes} {Slots} slots have no quorum until they return or an operator recovers", EventName = "MajorityAway")]
    private partial void LogMajorityAway(string nodes, int slots);

    [LoggerMessage(1116, LogLevel.Warning, "An operator gave up {Lost}: {AtRisk} slots may have lost their newest writes, {Gone} slots all they held: {Map}", EventName = "Recovered")]
    private partial void LogRecovered(string lost, int atRisk, int gone, string map);

    [LoggerMessage(1117, LogLevel.Information, "An operator drains {Node}", EventName = "Draining")]
    private partial void LogDraining(NodeId node);

    [LoggerMessage(1118, LogLevel.Debug, "{Silo} was not told of epoch {Epoch}: {Fault}", EventName = "NotTold")]
    private partial void LogNotTold(SiloAddress silo, long epoch, string fault);
}
