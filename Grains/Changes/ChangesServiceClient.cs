using Orleans.Kv.Interfaces.Changes;
using Orleans.Runtime.Services;

namespace Orleans.Kv.Grains.Changes;

/// <summary>Gives the reference of the change service on a given silo.</summary>
internal sealed class ChangesServiceClient(IServiceProvider services) : GrainServiceClient<IChangesService>(services)
{
    public IChangesService On(SiloAddress silo) => GetGrainService(silo);
}
