using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Interfaces.Coordination;

/// <summary>
/// The proposer of last resort, on every silo: carries out operations of keys whose own grain does not answer, for as long as the
/// engine needs to notice that the grain's silo is gone. There it never forwards to a grain or to another coordinator, so it depends on
/// nothing but the replicas. A call is served by the silo it arrives at; the integer key only spreads the references
/// (a client's calls with one key go to one gateway while that lives).
/// </summary>
[Alias("kv.ICoordinatorGrain")]
public interface ICoordinatorGrain : IGrainWithIntegerKey
{
    /// <summary>Carries out one operation on <paramref name="key"/>, with the same meaning as the key grain's method.</summary>
    [Alias("Execute")]
    ValueTask<OperationReply> Execute(string key, OperationRequest request);

    /// <summary>The cluster as this silo sees it, from its own memory.</summary>
    [Alias("GetCluster")]
    ValueTask<ClusterStatus> GetCluster();

    /// <summary>
    /// Puts the mode (1 is CP, 2 is AP) into the cluster map and waits until the silos have confirmed that map. The mode that is there already changes nothing, and is
    /// confirmed all the same. Works on whichever side of a partition reaches the map's authority.
    /// </summary>
    [Alias("SetMode")]
    ValueTask<ModeReply> SetMode(int mode);

    /// <summary><see cref="IConflictGrain.List"/> of this silo, for the same reason.</summary>
    [Alias("ListConflicts")]
    ValueTask<ConflictPage> ListConflicts(string? after, int limit);

    /// <summary><see cref="IConflictGrain.Delete"/> of this silo, for the same reason.</summary>
    [Alias("DeleteConflict")]
    ValueTask<ConflictDeletion> DeleteConflict(string id);

    /// <summary>A page of the keys that exist anywhere in the cluster, put together by this silo.</summary>
    [Alias("ListKeys")]
    ValueTask<KeyPage> ListKeys(KeyListRequest request);

    /// <summary>
    /// Has the keys' own grains carry out many operations, from here: one call to this silo in place of one for each key. This alone depends on grains, and only as a first attempt: what
    /// they do not answer the caller takes to <see cref="Execute"/>.
    /// </summary>
    [Alias("ExecuteBatch")]
    ValueTask<BatchReply> ExecuteBatch(BatchRequest batch);

    /// <summary>Asks all silos what they measure of themselves.</summary>
    [Alias("GatherReports")]
    ValueTask<MonitoringReport> GatherReports();
}
