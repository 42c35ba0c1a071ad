using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Replication;

namespace Orleans.Kv.Api.Cluster;

/// <summary>What is known of how far a node is behind: its replication grain's answer, or why there is none.</summary>
internal sealed class NodeSynchrony
{
    private NodeSynchrony(NodeStatus node, ReplicationStatus? replication, string? reason)
    {
        (Name, Replication, Reason) = (node.Name, replication, reason);
        State = replication?.State ?? node.State;
        IsDrained = node is { State: NodeState.Draining, Member: false };
    }

    public string Name { get; }

    public NodeState State { get; }

    /// <summary>An operator had it leave, and no map has it any more.</summary>
    public bool IsDrained { get; }

    public bool IsInSync => Replication is { InSync: true };

    /// <summary>Why it is not in sync; null where it is.</summary>
    public string? Reason { get; }

    /// <summary>Null where the grain does not answer.</summary>
    public ReplicationStatus? Replication { get; }

    public static async Task<NodeSynchrony> AskAsync(ICluster cluster, NodeStatus node)
    {
        try
        {
            var replication = await cluster.GetReplication(node.Name).ConfigureAwait(false);
            // The name may stand for another store by now; what is said of that one answers nothing about this one.
            return replication.Store is { } store && store != node.Store
                ? new NodeSynchrony(node, null, "another store stands under its name meanwhile")
                : new NodeSynchrony(node, replication, replication.Reason);
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException or InvalidOperationException or ArgumentException)
        {
            return new NodeSynchrony(node, null, $"what it is owed cannot be gathered: {exception.Message}");
        }
    }
}
