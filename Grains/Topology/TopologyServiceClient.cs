using Orleans.Kv.Interfaces.Topology;
using Orleans.Runtime.Services;

namespace Orleans.Kv.Grains.Topology;

/// <summary>Gives the reference of the topology service on a given silo.</summary>
internal sealed class TopologyServiceClient(IServiceProvider services) : GrainServiceClient<ITopologyService>(services)
{
    public ITopologyService On(SiloAddress silo) => GetGrainService(silo);
}
