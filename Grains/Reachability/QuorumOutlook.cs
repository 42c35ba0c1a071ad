using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Grains.Reachability;

/// <summary>Whether the quorums of a slot can be reached: what a Prepare needs of every generation, which is what an Accept needs of the newest as well.</summary>
internal static class QuorumOutlook
{
    /// <summary>Null where all of them can; otherwise for a person which nodes are needed, and who is unreachable since when.</summary>
    public static string? Of(Consensus.Placement placement, NodeId self, Func<NodeId, DateTimeOffset?> unreachableSince)
    {
        foreach (var quorum in placement.PrepareQuorums)
        {
            var reachable = 0;
            for (var i = 0; i < placement.Nodes.Length; i++)
            {
                if (IsMember(quorum, i) && (placement.Nodes[i] == self || unreachableSince(placement.Nodes[i]) is null)) reachable++;
            }

            if (reachable < quorum.Needed) return Describe(placement, quorum, self, unreachableSince);
        }

        return null;
    }

    private static string Describe(Consensus.Placement placement, in Quorum quorum, NodeId self, Func<NodeId, DateTimeOffset?> unreachableSince)
    {
        var names = new List<string>();
        var silent = new List<string>();
        for (var i = 0; i < placement.Nodes.Length; i++)
        {
            if (!IsMember(quorum, i)) continue;
            var node = placement.Nodes[i];
            names.Add(node.Name);
            if (node != self && unreachableSince(node) is { } since) silent.Add(string.Create(CultureInfo.InvariantCulture, $"{node.Name} since {since.UtcDateTime:HH:mm:ss}Z"));
        }

        return $"{quorum.Needed} of {string.Join(", ", names.Order(StringComparer.Ordinal))} are needed; unreachable: {string.Join(", ", silent.Order(StringComparer.Ordinal))}";
    }

    private static bool IsMember(in Quorum quorum, int index) => (quorum.Members & (1UL << index)) != 0;
}
