using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Slots that lack the nodes a Prepare needs in some generation, once the newest has become an older one: r of the replica set, or all that are not lost where fewer are.
/// </summary>
internal sealed record Shortage(int Slots, ImmutableArray<NodeId> Nodes)
{
    public override string ToString() => $"{string.Join(", ", Nodes)}, which hold the quorums of {Slots} slots,";

    public static Shortage Find(ClusterMap map, Func<NodeId, bool> isMissing)
    {
        var missing = map.Generations.SelectMany(static generation => generation.Nodes.Except(generation.Lost)).Where(isMissing).ToHashSet();
        if (missing.Count == 0)
            return new Shortage(0, []);
        var slots = 0;
        var culprits = new SortedSet<NodeId>();
        for (var index = 0; index < Slot.Count; index++)
        {
            var isShort = false;
            foreach (var generation in map.Generations)
            {
                var set = generation.ReplicaSet(new Slot((ushort)index));
                var left = set.RemoveAll(node => generation.Lost.Contains(node));
                var needed = Math.Min(QuorumSizes.For(set.Length, generation.WriteQuorum).Prepare, left.Length);
                if (left.Count(node => !missing.Contains(node)) >= needed)
                    continue;
                isShort = true;
                culprits.UnionWith(left.Where(missing.Contains));
            }

            slots += isShort ? 1 : 0;
        }

        return new Shortage(slots, [.. culprits]);
    }

    /// <summary>What giving up these nodes may cost: slots where some generation keeps fewer than r nodes, and slots where none keeps any.</summary>
    public static (ImmutableArray<Slot> AtRisk, ImmutableArray<Slot> Gone) Assess(ClusterMap map, ImmutableArray<NodeId> lost)
    {
        var atRisk = ImmutableArray.CreateBuilder<Slot>();
        var gone = ImmutableArray.CreateBuilder<Slot>();
        for (var index = 0; index < Slot.Count; index++)
        {
            var slot = new Slot((ushort)index);
            var (isShort, survives) = (false, false);
            foreach (var generation in map.Generations)
            {
                var set = generation.ReplicaSet(slot);
                var left = set.Count(node => !lost.Contains(node) && !generation.Lost.Contains(node));
                isShort |= left < QuorumSizes.For(set.Length, generation.WriteQuorum).Prepare;
                survives |= left > 0;
            }

            if (!survives)
                gone.Add(slot);
            else if (isShort)
                atRisk.Add(slot);
        }

        return (atRisk.ToImmutable(), gone.ToImmutable());
    }
}
