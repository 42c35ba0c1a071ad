using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Topology;
using Orleans.Placement;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Forms the first map, from all registered nodes that are alive, once there are enough of them. Two activations may do so at the same
/// moment: the authority's compare-and-swap lets one win, and the other reads what it installed.
/// </summary>
[PreferLocalPlacement, Reentrant]
internal sealed partial class TopologyGrain(
    TopologyAgent agent, IMapAuthority authority, ISiloStatusOracle oracle, ILogger<TopologyGrain> logger) : Grain, ITopologyGrain
{
    private readonly ILogger<TopologyGrain> _logger = logger;

    public async ValueTask<TopologyReport> Nudge()
    {
        if (agent.View.Map is null) await TryForm();
        return new TopologyReport { Leader = agent.Self.Name, Epoch = agent.View.Epoch.Number };
    }

    public ValueTask<TopologyReport> GetReport() => new(new TopologyReport { Leader = agent.Self.Name, Epoch = agent.View.Epoch.Number });

    public ValueTask<DrainReply> Drain(string name) => throw new NotSupportedException();

    public ValueTask<RecoverReply> Recover(bool apply) => throw new NotSupportedException();

    private async Task TryForm()
    {
        var known = await agent.ReadAuthority(CancellationToken.None);
        if (known.Epoch > 0) return;

        var alive = known.Nodes.Where(node => oracle.GetApproximateSiloStatus(node.Silo) == SiloStatus.Active).Select(ClusterView.NodeOf).ToList();
        if (alive.Count < agent.FormationSize) return;

        var map = new ClusterMap(Epoch.None.Next(), ConsistencyMode.Consistent, [new Generation(alive)]);
        if (await authority.TryInstall(
            ClusterMapCodec.ToArray(map), map.Epoch.Number, Epoch.None.Number, [.. alive.Select(node => node.Store.Value.ToString("N"))], CancellationToken.None)) LogFormed(map.ToString());
        await agent.ReadAuthority(CancellationToken.None);
    }

    [LoggerMessage(1111, LogLevel.Information, "Formed the first cluster map: {Map}", EventName = "MapFormed")]
    private partial void LogFormed(string map);
}
