using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Puts the consistency mode into the map: the same generations under the next epoch, by the same compare-and-swap as every other change. No leader is needed for it, so that it works on
/// whichever side of a partition reaches the authority. Then every silo of the map is told, and has confirmed when it works with that map: those that have not may go on by the
/// former mode, and the answer names them.
/// </summary>
[StatelessWorker(1), Reentrant]
internal sealed partial class ModeGrain(
    TopologyAgent agent, IMapAuthority authority, TopologyServiceClient services, TimeProvider time, ILogger<ModeGrain> logger)
    : Grain, IModeGrain
{
    /// <summary>Of swaps that lost their race against other changes of the map: they are rare, and each means that somebody else was successful.</summary>
    private const int Attempts = 8;

    /// <summary>How long the silos have to confirm: those that are there need milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = logger;

    public async ValueTask<ModeReply> SetMode(int mode)
    {
        if (mode is not ((int)ConsistencyMode.Consistent or (int)ConsistencyMode.Available))
            return Answer(ModeStatus.Invalid, "the mode is 1 (CP) or 2 (AP)");
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                await agent.ReadAuthority(CancellationToken.None);
                if (agent.View.Map is not { } map) return Answer(ModeStatus.Forming, "the cluster has no map yet");
                if ((int)map.Mode == mode || await TryInstall(map, (ConsistencyMode)mode)) return await Confirm();
            }

            return Answer(ModeStatus.Unavailable, "the map keeps changing");
        }
        catch (Exception fault) when (fault is IOException or TimeoutException)
        {
            LogOutOfReach(fault);
            return Answer(ModeStatus.Unavailable, fault.Message);
        }
    }

    private async Task<bool> TryInstall(ClusterMap map, ConsistencyMode mode)
    {
        var changed = new ClusterMap(map.Epoch.Next(), mode, map.Generations);
        string[] stores = [.. map.Generations.SelectMany(static generation => generation.Nodes).Distinct().Select(ClusterView.StoreOf)];
        if (!await authority.TryInstall(ClusterMapCodec.ToArray(changed), changed.Epoch.Number, map.Epoch.Number, stores, CancellationToken.None)) return false;
        LogChanged(map.Mode, mode, changed.ToString());
        await agent.ReadAuthority(CancellationToken.None);
        return true;
    }

    private async Task<ModeReply> Confirm()
    {
        var view = agent.View;
        var nodes = view.Map!.Generations.SelectMany(static generation => generation.Nodes).Distinct().Where(view.Map.Contains).Where(node => node != agent.Self);
        var reasons = await Task.WhenAll(nodes.Select(node => Tell(view, node)));
        return Answer(ModeStatus.Done, null, [.. reasons.OfType<UnconfirmedSilo>()]);
    }

    /// <summary>Null where the node has confirmed.</summary>
    private async Task<UnconfirmedSilo?> Tell(ClusterView view, NodeId node)
    {
        if (view.AddressOf(node) is not { } silo) return new() { Name = node.Name, Reason = "it is not registered" };
        try
        {
            await services.On(silo).Hear(view.Epoch.Number).WaitAsync(Patience, time);
            return null;
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or IOException)
        {
            return new() { Name = node.Name, Reason = fault is TimeoutException ? "it does not answer" : fault.Message };
        }
    }

    private ModeReply Answer(ModeStatus status, string? detail, UnconfirmedSilo[]? unconfirmed = null) => new()
    {
        Status = status,
        Mode = (int)(agent.View.Map?.Mode ?? 0),
        Epoch = agent.View.Epoch.Number,
        Detail = detail,
        Unconfirmed = unconfirmed ?? [],
    };

    [LoggerMessage(1151, LogLevel.Information, "The consistency mode changes from {Former} to {Mode}: {Map}", EventName = "ModeChanged")]
    private partial void LogChanged(ConsistencyMode former, ConsistencyMode mode, string map);

    [LoggerMessage(1152, LogLevel.Warning, "The consistency mode cannot be set: the map's authority is out of reach", EventName = "ModeNotSet")]
    private partial void LogOutOfReach(Exception fault);
}
