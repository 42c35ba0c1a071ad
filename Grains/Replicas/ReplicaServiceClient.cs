using Orleans.Kv.Interfaces.Replicas;
using Orleans.Runtime.Services;

namespace Orleans.Kv.Grains.Replicas;

/// <summary>Gives the reference of the replica service on a given silo.</summary>
internal sealed class ReplicaServiceClient(IServiceProvider services) : GrainServiceClient<IReplicaService>(services)
{
    public IReplicaService On(SiloAddress silo) => GetGrainService(silo);
}
