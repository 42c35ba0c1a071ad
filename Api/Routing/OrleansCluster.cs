using Orleans.Kv.Api.Keys;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Keys;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Api.Routing;

/// <summary>The calls to the silos through the Orleans client, over references obtained once.</summary>
internal sealed class OrleansCluster : ICluster
{
    // Enough for four behind each of three silos, few enough to ask all of them twice a second.
    private const int CoordinatorCount = 12;

    // After so many the first address is used again: the grain of each stays in its silo's memory for some minutes.
    private const int AddressesPerCoordinator = 256;

    private readonly IGrainFactory _grains;
    private readonly ICoordinatorGrain?[] _coordinators = new ICoordinatorGrain?[CoordinatorCount];
    private readonly int[] _addresses = new int[CoordinatorCount];
    private readonly GatewayWatch _gateways;
    private volatile bool _connected;

    public OrleansCluster(IGrainFactory grains, GatewayWatch gateways, IHostApplicationLifetime lifetime)
    {
        _grains = grains;
        _gateways = gateways;
        // The Orleans client is one of the services whose start makes the application started.
        lifetime.ApplicationStarted.Register(() => _connected = true);
    }

    public bool IsConnected => _connected;

    public long? WithoutGatewayFor => _gateways.LostFor;

    public int Coordinators => CoordinatorCount;

    // The engine chooses by the grain's id.
    public void Readdress(int coordinator)
    {
        _addresses[coordinator] = (_addresses[coordinator] + 1) % AddressesPerCoordinator;
        _coordinators[coordinator] = null;
    }

    public ValueTask<OperationReply> ExecuteAtKeyGrain(KeyRoute route, OperationRequest request) =>
        (route.Grain ??= _grains.GetGrain<IKeyGrain>(route.Key)).Execute(request);

    public ValueTask<OperationReply> ExecuteAtCoordinator(int coordinator, KeyRoute route, OperationRequest request) =>
        Coordinator(coordinator).Execute(route.Key, request);

    public ValueTask<BatchReply> ExecuteBatch(int coordinator, BatchRequest batch) => Coordinator(coordinator).ExecuteBatch(batch);

    public ValueTask<ClusterStatus> GetStatus(int coordinator) => Coordinator(coordinator).GetCluster();

    public ValueTask<ModeReply> SetMode(int coordinator, int mode) => Coordinator(coordinator).SetMode(mode);

    public ValueTask<ConflictPage> ListConflicts(int coordinator, string? after, int limit) => Coordinator(coordinator).ListConflicts(after, limit);

    public ValueTask<ConflictDeletion> DeleteConflict(int coordinator, string id) => Coordinator(coordinator).DeleteConflict(id);

    public ValueTask<KeyPage> ListKeys(int coordinator, KeyListRequest request) => Coordinator(coordinator).ListKeys(request);

    public ValueTask<MonitoringReport> GatherReports(int coordinator) => Coordinator(coordinator).GatherReports();

    public ValueTask<DrainReply> Drain(string node) => Topology.Drain(node);

    public ValueTask<RecoverReply> Recover(bool apply) => Topology.Recover(apply);

    public ValueTask<ReplicationStatus> GetReplication(string node) => _grains.GetGrain<IReplicationGrain>(node).GetStatus();

    private ITopologyGrain Topology => _grains.GetGrain<ITopologyGrain>(0);

    // References are made when first needed: before the cluster was reached, the client does not know which grains there are.
    private ICoordinatorGrain Coordinator(int coordinator) =>
        _coordinators[coordinator] ??= _grains.GetGrain<ICoordinatorGrain>(coordinator + (CoordinatorCount * _addresses[coordinator]));
}
