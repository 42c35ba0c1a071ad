using Orleans.Services;

namespace Orleans.Kv.Interfaces.Topology;

/// <summary>
/// What the leader of the topology says to each silo, and silos to each other. One per silo, addressed by silo address and never through the directory. All of it may be repeated,
/// come late, or come from a leader that is none any more.
/// </summary>
[Alias("kv.ITopologyService")]
public interface ITopologyService : IGrainService
{
    /// <summary>
    /// There is a map of that epoch: the silo gets it from the authority, and answers by which epoch it acts from now on. Without this it would hear of the map with the next
    /// message of another silo.
    /// </summary>
    [Alias("Hear")]
    [ResponseTimeout("00:00:02")]
    Task<long> Hear(long epoch);

    /// <summary>
    /// The silo is to migrate these slots under that epoch, and none of those that an earlier order named and this one does not, unless it is at them already. The answer says
    /// what it has done under that epoch so far, whoever ordered it.
    /// </summary>
    [Alias("Migrate")]
    [ResponseTimeout("00:00:02")]
    Task<MigrationReport> Migrate(MigrationOrder order);

    /// <summary>That silo is about to leave in good order: it serves on for a moment, but no key's grain is to be placed there any more.</summary>
    [Alias("Leaving")]
    [ResponseTimeout("00:00:02")]
    Task Leaving(SiloAddress silo);
}
