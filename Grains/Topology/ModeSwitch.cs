using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Topology;

/// <summary>
/// Changes the consistency mode: a cluster map with the same generations, the other mode and the next epoch, by compare-and-swap at the authority.
/// <para>
/// Whichever silo is asked does it by itself, without the topology's leader, who may be on the other side of a partition. The silos are then told one by one, and each answers by which
/// epoch it acts: operations that begin there afterwards go by the new mode. A silo that does not answer is named; cut off from the others it goes on by the mode it knows.
/// </para>
/// </summary>
internal sealed partial class ModeSwitch(
    TopologyAgent agent, IMapAuthority authority, TopologyServiceClient services, ISiloStatusOracle oracle, TimeProvider time, ILogger<ModeSwitch> logger)
{
    /// <summary>Between two attempts somebody else has installed a map. Maps follow one another in seconds, so a handful of lost races means that something is wrong.</summary>
    private const int MaxAttempts = 10;

    /// <summary>How long a silo may take to confirm: a healthy one takes milliseconds, and a person waits for the answer.</summary>
    private static readonly TimeSpan ConfirmPatience = TimeSpan.FromSeconds(1.5);

    private readonly ILogger<ModeSwitch> _logger = logger;

    public async ValueTask<ModeReply> Set(int mode)
    {
        var wanted = (ConsistencyMode)mode;
        if (mode is < 0 or > byte.MaxValue || !Enum.IsDefined(wanted)) return Reply(ModeStatus.Invalid, $"there is no mode {mode}: 1 is CP, 2 is AP");
        if (agent.IsIsolated) return Reply(ModeStatus.Unavailable, $"{agent.Self.Name} is cut off from the other silos, and keeps its hands off the cluster's map");
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                await agent.ReadAuthority(CancellationToken.None);
                if (agent.View.Map is not { } map) return Reply(ModeStatus.Forming, "the cluster has no map yet: too few nodes have joined");
                if (map.Mode == wanted) return Reply(ModeStatus.Done, null, await Confirm(map));
                var next = map.With(wanted);
                if (await TryInstall(next, map.Epoch)) LogChanged(next.Epoch.Number, next.Mode, map.Mode);
            }
        }
        catch (IOException fault)
        {
            return Reply(ModeStatus.Unavailable, $"the authority of the cluster map cannot be reached: {fault.Message}");
        }

        return Reply(ModeStatus.Unavailable, "the cluster map keeps changing");
    }

    private async Task<bool> TryInstall(ClusterMap map, Epoch expected)
    {
        string[] stores = [.. map.Generations.SelectMany(generation => generation.Nodes).Distinct().Select(ClusterView.StoreOf)];
        return await authority.TryInstall(ClusterMapCodec.ToArray(map), map.Epoch.Number, expected.Number, stores, CancellationToken.None);
    }

    /// <summary>Tells every silo that is in the map, or serves requests without being in it. Returns those that did not confirm.</summary>
    private async Task<UnconfirmedSilo[]> Confirm(ClusterMap map)
    {
        var records = agent.View.Records.ToDictionary(ClusterView.NodeOf);
        var asked = map.Generations.SelectMany(generation => generation.Nodes.Except(generation.Lost))
            .Union(records.Where(pair => IsActive(pair.Value.Silo)).Select(pair => pair.Key))
            .Where(node => node != agent.Self);
        var answers = await Task.WhenAll(asked.Select(async node => (Node: node, Fault: await Ask(records.GetValueOrDefault(node), map.Epoch))));
        foreach (var (node, fault) in answers)
        {
            if (fault is not null) LogUnconfirmed(node, map.Epoch.Number, fault);
        }

        return [.. answers.Where(answer => answer.Fault is not null).Select(answer => new UnconfirmedSilo { Name = answer.Node.Name, Reason = answer.Fault! }).OrderBy(silo => silo.Name, StringComparer.Ordinal)];
    }

    /// <summary>Null where the silo has confirmed.</summary>
    private async Task<string?> Ask(NodeRecord? record, Epoch epoch)
    {
        if (record is null) return "no silo has the node's store any more";
        if (!IsActive(record.Silo)) return "the silo is not a member of the cluster at present: dead, or running by itself and by the mode it knew";
        try
        {
            var known = await services.On(record.Silo).Hear(epoch.Number).WaitAsync(ConfirmPatience, time);
            return known >= epoch.Number ? null : $"the silo still acts by the map of epoch {known}";
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException or IOException)
        {
            return fault is TimeoutException ? "the silo does not answer" : fault.Message;
        }
    }

    private bool IsActive(SiloAddress silo) => oracle.GetApproximateSiloStatus(silo) == SiloStatus.Active;

    private ModeReply Reply(ModeStatus status, string? detail, UnconfirmedSilo[]? unconfirmed = null)
    {
        var map = agent.View.Map;
        return new ModeReply { Status = status, Mode = (int)(map?.Mode ?? 0), Epoch = map?.Epoch.Number ?? 0, Detail = detail, Unconfirmed = unconfirmed ?? [] };
    }

    [LoggerMessage(1141, LogLevel.Warning, "Changed the consistency mode with epoch {Epoch}: {Mode}, it was {Former}", EventName = "ModeChanged")]
    private partial void LogChanged(long epoch, ConsistencyMode mode, ConsistencyMode former);

    [LoggerMessage(1142, LogLevel.Warning, "Node {Node} has not confirmed the map of epoch {Epoch}: {Fault}", EventName = "ModeUnconfirmed")]
    private partial void LogUnconfirmed(NodeId node, long epoch, string fault);
}
