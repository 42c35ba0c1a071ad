namespace Orleans.Kv.Interfaces.Topology;

/// <summary>
/// Keeps the cluster map in step with the nodes: one grain for the cluster (key 0), woken by every silo. The silo that hosts it is what
/// the outside calls the leader. Nothing depends on there being exactly one: every change is a compare-and-swap in the
/// <see cref="IMapAuthority"/>.
/// </summary>
[Alias("kv.ITopologyGrain")]
public interface ITopologyGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Looks at the registered nodes and forms the first map when enough of them are alive. Idempotent; every silo calls it until a map
    /// exists. Returns the name of the silo that hosts this grain and the epoch it knows.
    /// </summary>
    [Alias("Nudge")]
    [ResponseTimeout("00:00:05")]
    ValueTask<TopologyReport> Nudge();
}
