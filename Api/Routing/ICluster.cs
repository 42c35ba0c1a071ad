using Orleans.Kv.Api.Keys;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Api.Routing;

/// <summary>The calls this host makes to the silos. What the router needs of Orleans, and what its tests stand in for.</summary>
internal interface ICluster
{
    /// <summary>Whether this host has reached the cluster since it started. Before that, no call can have left it.</summary>
    bool IsConnected { get; }

    /// <summary>How long this host has been without a gateway to any silo, in milliseconds; null while it has one.</summary>
    long? WithoutGatewayFor { get; }

    /// <summary>
    /// Coordinators that can be addressed, numbered from 0. Each number keeps to one gateway while that lives; which one, the engine chooses. <see cref="CoordinatorSpread"/> sees to it that
    /// together they reach every silo that has a gateway.
    /// </summary>
    int Coordinators { get; }

    /// <summary>Gives a coordinator another address, so that the engine chooses a gateway for it anew: maybe the same.</summary>
    void Readdress(int coordinator);

    ValueTask<OperationReply> ExecuteAtKeyGrain(KeyRoute route, OperationRequest request);

    ValueTask<OperationReply> ExecuteAtCoordinator(int coordinator, KeyRoute route, OperationRequest request);

    /// <summary>Has the coordinator's silo ask the key grains of many operations.</summary>
    ValueTask<BatchReply> ExecuteBatch(int coordinator, BatchRequest batch);

    ValueTask<ClusterStatus> GetStatus(int coordinator);

    /// <summary>Has the coordinator's silo set the consistency mode.</summary>
    ValueTask<ModeReply> SetMode(int coordinator, int mode);

    /// <summary>Has the coordinator's silo gather what lost when pending writes were merged.</summary>
    ValueTask<ConflictPage> ListConflicts(int coordinator, string? after, int limit);

    /// <summary>Has the coordinator's silo forget a conflict.</summary>
    ValueTask<ConflictDeletion> DeleteConflict(int coordinator, string id);

    /// <summary>Has the coordinator's silo put together a page of the keys. <see cref="Listing.KeyPages"/> asks another one where that cannot.</summary>
    ValueTask<KeyPage> ListKeys(int coordinator, KeyListRequest request);

    /// <summary>Has the coordinator's silo ask all silos what they measure.</summary>
    ValueTask<MonitoringReport> GatherReports(int coordinator);

    /// <summary>Has the leader drain the node.</summary>
    ValueTask<DrainReply> Drain(string node);

    /// <summary>Has the leader say what giving up the missing nodes would cost, or do it.</summary>
    ValueTask<RecoverReply> Recover(bool apply);

    /// <summary>How far the node is behind, gathered from all silos.</summary>
    ValueTask<ReplicationStatus> GetReplication(string node);
}
