using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>What the planner wants done. Closed: match it exhaustively.</summary>
public abstract record MapPlan
{
    private MapPlan(string reason) => Reason = reason;

    /// <summary>In words, for the log and for operators.</summary>
    public string Reason { get; }

    /// <summary>
    /// Install <paramref name="Map"/> by compare-and-swap on the epoch it was planned from. Of <paramref name="Leaving"/> no durable store may be offered again afterwards:
    /// see <see cref="PlannedNode.WasMember"/>.
    /// </summary>
    public sealed record Install(
        ClusterMap Map, MapChange Change, ImmutableArray<NodeId> Joining, ImmutableArray<NodeId> Leaving, string Reason) : MapPlan(Reason);

    /// <summary>
    /// A majority was lost at once: in <paramref name="Slots"/> slots no quorum can ever see again what was committed, as these nodes' stores are gone. Nothing is changed. The
    /// way out is an operator's <see cref="MapPlanner.Recover"/>.
    /// </summary>
    public sealed record MajorityLost(ImmutableArray<NodeId> Nodes, int Slots, string Reason) : MapPlan(Reason);

    /// <summary>
    /// The same, but some of these nodes are only away: their stores may return with them. Nothing is changed meanwhile, since no migration could proceed. If they
    /// will not return, the way out is the same.
    /// </summary>
    public sealed record MajorityAway(ImmutableArray<NodeId> Nodes, int Slots, string Reason) : MapPlan(Reason);

    /// <summary>Nothing to do now. <paramref name="LookAgain"/>: after this time something is due even if nothing is heard; null for never.</summary>
    public sealed record Nothing(TimeSpan? LookAgain, string Reason) : MapPlan(Reason);
}
