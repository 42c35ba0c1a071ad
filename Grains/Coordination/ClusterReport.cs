using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Coordination;

/// <summary>Tells the cluster's state as this silo sees it: its own map and membership, and what each node says of itself when asked now.</summary>
internal sealed class ClusterReport(
    TopologyAgent topology, Replica replica, ReplicaServiceClient replicas, ISiloStatusOracle oracle, TimeProvider time)
{
    /// <summary>How long a node is waited for: a person looks at the answer, and a node that takes longer is what they want to hear about.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public async ValueTask<ClusterStatus> Compose()
    {
        var view = topology.View;
        var records = view.Records.ToDictionary(ClusterView.NodeOf);
        var members = view.Map is { } map ? map.Generations.SelectMany(generation => generation.Nodes).Distinct().ToList() : [];
        var nodes = members.Concat(records.Keys.Order().Except(members));
        var states = await Task.WhenAll(nodes.Select(node => Describe(node, records.GetValueOrDefault(node), view.Map)));
        return new ClusterStatus
        {
            Epoch = view.Epoch.Number,
            Mode = (int)(view.Map?.Mode ?? ConsistencyMode.Consistent),
            Leader = topology.Leader,
            Migrating = view.Map is { IsStable: false },
            FormationSize = topology.FormationSize,
            Silo = topology.Self.Name,
            Nodes = [.. states.OfType<NodeStatus>()],
        };
    }

    private async Task<NodeStatus?> Describe(NodeId node, NodeRecord? record, ClusterMap? map)
    {
        var member = map?.Contains(node) ?? false;
        var alive = record is not null && oracle.GetApproximateSiloStatus(record.Silo) is SiloStatus.Active or SiloStatus.Joining;
        // A node that is neither in the map nor alive is nothing but an old record.
        if (!member && !alive) return null;

        var answer = alive ? await Ask(node, record!.Silo) : null;
        return new NodeStatus
        {
            Name = node.Name,
            Store = node.Store.Value.ToString("N"),
            Member = member,
            Keys = answer?.Keys ?? -1,
            State = !alive ? NodeState.Dead : answer is null ? NodeState.Partitioned : member ? NodeState.InSync : NodeState.Joining,
        };
    }

    private async Task<ReplicaStatus?> Ask(NodeId node, SiloAddress silo)
    {
        if (node == topology.Self) return replica.Status;
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
