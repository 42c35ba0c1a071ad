using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Hosting;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Coordination;

/// <summary>What this node knows of itself and says to whoever asks.</summary>
internal sealed class OwnStatus(Replica replica, TopologyAgent topology, IOutlook outlook, SyncWatch sync, PendingStore pending)
{
    public ReplicaStatus Compose()
    {
        var stored = replica.Status;
        return new ReplicaStatus
        {
            Store = stored.Store,
            Epoch = stored.Epoch,
            Keys = stored.Keys,
            Bytes = stored.Bytes,
            Tombstones = stored.Tombstones,
            InSync = sync.IsInSync,
            Reaches = topology.View.Map is { } map ? map.Newest.Nodes.Count(outlook.CanReach) : -1,
            PendingWrites = pending.Count,
            Version = BuildVersion.Current,
        };
    }
}
