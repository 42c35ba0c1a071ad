using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Replication;

namespace Orleans.Kv.Api.Cluster;

/// <summary>What is known of how far a node is behind: its replication grain's answer, or why there is none.</summary>
internal sealed class NodeSynchrony
{
    // The grain of a silo that nobody reaches may be anywhere, or nowhere: whoever asks would rather have the rest of the answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string? _reason;

    private NodeSynchrony(NodeStatus node, ReplicationStatus? replication, string? reason)
    {
        (Name, Replication, _reason) = (node.Name, replication, reason);
        // Whoever can be asked beside a cut says what it knew before.
        IsPartitioned = node.State == NodeState.Partitioned;
        State = IsPartitioned ? node.State : replication?.State ?? node.State;
        (UnreachableSince, PendingWrites) = (node.UnreachableSince, node.PendingWrites);
        IsDrained = node is { State: NodeState.Draining, Member: false };
    }

    public string Name { get; }

    public NodeState State { get; }

    /// <summary>An operator had it leave, and no map has it any more.</summary>
    public bool IsDrained { get; }

    /// <summary>The others can reach it, owe it nothing, and it has nothing that they have yet to hear of.</summary>
    public bool IsInSync => !IsPartitioned && PendingWrites <= 0 && Replication is { InSync: true };

    /// <summary>Why it is not in sync; null where it is.</summary>
    public string? Reason =>
        IsPartitioned ? Unreachable + (_reason is null ? "" : $"; {_reason}")
        : PendingWrites > 0 ? $"{PendingWrites} writes that it accepted without a quorum are not merged yet"
        : _reason;

    /// <summary>In milliseconds since 1970-01-01 UTC; 0 where it can be reached.</summary>
    public long UnreachableSince { get; }

    /// <summary>What it accepted without a quorum and has not merged yet; -1 where that is not known.</summary>
    public long PendingWrites { get; }

    private bool IsPartitioned { get; }

    private string Unreachable => UnreachableSince > 0 ? $"it cannot be reached since {Timestamp.Of(UnreachableSince)}" : "it cannot be reached";

    /// <summary>Null where the grain does not answer.</summary>
    public ReplicationStatus? Replication { get; }

    public static async Task<NodeSynchrony> AskAsync(ICluster cluster, NodeStatus node, TimeProvider time)
    {
        try
        {
            var replication = await cluster.GetReplication(node.Name).AsTask().WaitAsync(Patience, time).ConfigureAwait(false);
            // The name may stand for another store by now; what is said of that one answers nothing about this one.
            return replication.Store is { } store && store != node.Store
                ? new NodeSynchrony(node, null, "another store stands under its name meanwhile")
                : new NodeSynchrony(node, replication, replication.Reason);
        }
        catch (Exception exception) when (SiloFaults.IsOne(exception))
        {
            var why = exception is TimeoutException ? $"no answer within {Patience.TotalSeconds:0} s" : exception.Message;
            return new NodeSynchrony(node, null, $"what it is owed cannot be gathered: {why}");
        }
    }
}
