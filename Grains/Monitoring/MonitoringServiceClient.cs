using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Runtime.Services;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>Gives the reference of the monitoring service on a given silo.</summary>
internal sealed class MonitoringServiceClient(IServiceProvider services) : GrainServiceClient<IMonitoringService>(services)
{
    public IMonitoringService On(SiloAddress silo) => GetGrainService(silo);
}
