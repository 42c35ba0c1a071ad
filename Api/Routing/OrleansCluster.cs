using Orleans.Kv.Api.Keys;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Api.Routing;

/// <summary>The calls to the silos through the Orleans client, over references obtained once.</summary>
internal sealed class OrleansCluster : ICluster
{
    // The client spreads references over gateways by turns. With a dozen it is next to impossible (3^-11) that all
    // of them share one of three gateways, whatever other references were made in between.
    private const int CoordinatorCount = 12;

    private readonly ICoordinatorGrain[] _coordinators;

    private volatile bool _connected;

    public OrleansCluster(IGrainFactory grains, IHostApplicationLifetime lifetime)
    {
        // The Orleans client is one of the services whose start makes the application started.
        lifetime.ApplicationStarted.Register(() => _connected = true);
        _coordinators = new ICoordinatorGrain[CoordinatorCount];
        for (var i = 0; i < CoordinatorCount; i++) _coordinators[i] = grains.GetGrain<ICoordinatorGrain>(i);
    }

    public bool IsConnected => _connected;

    public int Coordinators => CoordinatorCount;

    public ValueTask<OperationReply> ExecuteAtKeyGrain(KeyRoute route, OperationRequest request) => route.Grain!.Execute(request);

    public ValueTask<OperationReply> ExecuteAtCoordinator(int coordinator, KeyRoute route, OperationRequest request) =>
        _coordinators[coordinator].Execute(route.Key, request);

    public ValueTask<ClusterStatus> GetStatus(int coordinator) => _coordinators[coordinator].GetCluster();
}
