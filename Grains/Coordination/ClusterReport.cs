using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Repair;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Coordination;

/// <summary>Tells the cluster's state as this silo sees it: its own map and membership, and what each node says of itself when asked now.</summary>
internal sealed class ClusterReport(
    TopologyAgent topology, OwnStatus own, ReplicaServiceClient replicas, PendingPushes pending, IOutlook outlook, ReachabilityWatch watch, IGrainFactory grains,
    ISiloStatusOracle oracle, TimeProvider time)
{
    /// <summary>How long a node is waited for: a person looks at the answer, and a node that takes longer is what they want to hear about.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public async ValueTask<ClusterStatus> Compose()
    {
        var view = topology.View;
        var records = view.Records.ToDictionary(ClusterView.NodeOf);
        var members = view.Map is { } map ? map.Generations.SelectMany(generation => generation.Nodes).Distinct().ToList() : [];
        var nodes = members.Concat(records.Keys.Order().Except(members));
        var asked = AskLeader();
        var states = await Task.WhenAll(nodes.Select(node => Describe(node, records.GetValueOrDefault(node), view.Map)));
        var leader = await asked;
        return new ClusterStatus
        {
            Epoch = view.Epoch.Number,
            Mode = (int)(view.Map?.Mode ?? ConsistencyMode.Consistent),
            Leader = leader?.Leader ?? topology.Leader,
            Migrating = view.Map is { IsStable: false },
            FormationSize = topology.FormationSize,
            Silo = topology.Self.Name,
            Nodes = [.. states.OfType<NodeStatus>()],
            // A leader that is not as far as this silo, or farther, speaks of another migration.
            Migration = leader?.Epoch == view.Epoch.Number ? leader.Migration : null,
            LastMigration = leader?.LastMigration,
            MajorityLost = leader?.MajorityLost ?? [],
            LeaderSays = leader?.Reason,
        };
    }

    private async Task<NodeStatus?> Describe(NodeId node, NodeRecord? record, ClusterMap? map)
    {
        var member = map?.Contains(node) ?? false;
        var alive = record is not null && oracle.GetApproximateSiloStatus(record.Silo) is SiloStatus.Active or SiloStatus.Joining;
        // A node that is neither in the map nor alive is nothing but an old record.
        if (!member && !alive) return null;

        var answer = alive ? await Ask(node, record!.Silo) : null;
        var owed = pending.Find(node)?.Status ?? default;
        return new NodeStatus
        {
            Name = node.Name,
            Store = node.Store.Value.ToString("N"),
            Member = member,
            Keys = answer?.Keys ?? -1,
            Pending = owed.Keys,
            PendingSlots = owed.Slots,
            PendingWrites = answer?.PendingWrites ?? -1,
            Version = answer?.Version,
            UnreachableSince = watch.UnreachableSince(node)?.ToUnixTimeMilliseconds() ?? 0,
            // Cut off, it knows of nobody whether they live; and that it is cut off itself is what who asks it wants to hear.
            State = topology.IsIsolated ? NodeState.Partitioned : StateOf(node, record, map, alive, answer, owed is not { Keys: 0, Slots: 0 }),
        };
    }

    private NodeState StateOf(NodeId node, NodeRecord? record, ClusterMap? map, bool alive, ReplicaStatus? answer, bool owed)
    {
        if (!alive) return NodeState.Dead;
        if (answer is null || !outlook.CanReach(node)) return NodeState.Partitioned;
        if (record!.Draining) return NodeState.Draining;
        if (map is null || !map.Newest.Nodes.Contains(node)) return NodeState.Joining;
        // It answers, but it is on the smaller side of a cut, as this silo is if it is the one that is asked.
        if (answer.Reaches >= 0 && 2 * answer.Reaches <= map.Newest.Nodes.Length) return NodeState.Partitioned;
        // With somebody out of reach nobody can be sure of not having missed what that one alone knows; what is owed is known all the same.
        if (owed || (!answer.InSync && outlook.IsClear)) return NodeState.CatchingUp;
        // What it is to hold is still being brought to it, wholly or in part.
        return map.IsStable || map.Generations.All(generation => generation.Nodes.Contains(node)) ? NodeState.InSync : NodeState.CatchingUp;
    }

    /// <summary>What the leader knows; null where nobody leads at present, or does not answer in time.</summary>
    private async Task<TopologyReport?> AskLeader()
    {
        try
        {
            return await grains.GetGrain<ITopologyGrain>(0).GetReport().AsTask().WaitAsync(Patience, time);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return null;
        }
    }

    private async Task<ReplicaStatus?> Ask(NodeId node, SiloAddress silo)
    {
        if (node == topology.Self) return own.Compose();
        try
        {
            var status = await replicas.On(silo).GetStatus().WaitAsync(Patience, time);
            return status.Store == node.Store.Value ? status : null;
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            return null;
        }
    }
}
