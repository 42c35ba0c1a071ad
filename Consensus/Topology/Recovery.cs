using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>What an operator's recover would do, and what it may cost. Nothing is done before <see cref="Map"/> is installed.</summary>
/// <param name="Map">The map to install by compare-and-swap; the lost nodes are marked in it, and its newest generation is of the nodes that are alive.</param>
/// <param name="Lost">The nodes that are given up: they will never be asked again, whatever they still hold.</param>
/// <param name="SlotsAtRisk">Slots with fewer survivors than a quorum needs: their newest writes may have been on lost nodes alone.</param>
/// <param name="SlotsGone">Slots without any survivor: all that was in them is lost.</param>
public sealed record Recovery(ClusterMap Map, ImmutableArray<NodeId> Lost, ImmutableArray<Slot> SlotsAtRisk, ImmutableArray<Slot> SlotsGone);
