using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Traffic;

/// <summary>What the outboxes need of the cluster's topology. Called on any thread.</summary>
internal interface IPeers
{
    /// <summary>The node's replica service; null when the node is gone, as far as is known here.</summary>
    IReplicaService? Find(NodeId node);

    /// <summary>A peer answered with its map, which may be newer than ours.</summary>
    void Learn(ClusterMap map);

    /// <summary>Another store answered for the node: what is known of who listens where is out of date.</summary>
    void Distrust(NodeId node);

    /// <summary>The node's replica has answered something.</summary>
    void Hear(NodeId node);
}
