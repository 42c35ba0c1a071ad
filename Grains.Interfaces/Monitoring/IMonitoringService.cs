using Orleans.Services;

namespace Orleans.Kv.Interfaces.Monitoring;

/// <summary>What one silo measures of itself. Counters rise for as long as the silo lives and are never reset: whoever wants rates asks twice.</summary>
[Alias("kv.IMonitoringService")]
public interface IMonitoringService : IGrainService
{
    [Alias("Report")]
    [ResponseTimeout("00:00:03")]
    Task<SiloReport> Report();
}
