using Orleans.Concurrency;

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
    /// Something may have changed: looks at the registered nodes and at membership, and changes the map where that is due. Idempotent; every silo calls it
    /// whenever it hears of a change.
    /// </summary>
    [Alias("Nudge")]
    [ResponseTimeout("00:00:05")]
    ValueTask<TopologyReport> Nudge();

    /// <summary>What it knows, from its own memory.</summary>
    [Alias("GetReport")]
    [ResponseTimeout("00:00:02")]
    [AlwaysInterleave]
    ValueTask<TopologyReport> GetReport();

    /// <summary>
    /// Has the node of that name leave the map and stay out for as long as its process runs. Returns as soon as this is on record; the node's data has moved
    /// when no generation of the map has it any more.
    /// </summary>
    [Alias("Drain")]
    [ResponseTimeout("00:00:10")]
    ValueTask<DrainReply> Drain(string name);

    /// <summary>
    /// Gives up the nodes of the map that are not alive: the newest states among the others become the truth. With <paramref name="apply"/> false it only says
    /// what that would cost; with true it is done, and cannot be undone.
    /// </summary>
    [Alias("Recover")]
    [ResponseTimeout("00:00:10")]
    ValueTask<RecoverReply> Recover(bool apply);
}
