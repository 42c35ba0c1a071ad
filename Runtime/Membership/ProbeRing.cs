using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// Who probes whom. The silos form a ring in the order of their hashes and each probes those that follow it, so that every silo is
/// watched by as many others, however large the cluster, without anybody assigning the work. Whoever is already suspected by
/// somebody is probed by all, so that the missing votes come soon.
/// </summary>
internal static class ProbeRing
{
    public static HashSet<SiloAddress> Select(MembershipView view, SiloAddress local, DateTime now, ClusterMembershipOptions options)
    {
        var ring = view.Entries.Where(entry => IsProbed(entry) && !entry.SiloAddress.Equals(local)).ToList();
        var position = local.GetConsistentHashCode();
        ring.Sort((left, right) => Compare(position, left.SiloAddress, right.SiloAddress));

        var chosen = ring.Take(options.NumProbedSilos).Select(entry => entry.SiloAddress).ToHashSet();
        foreach (var entry in ring.Where(entry => DeathVote.HasFreshVote(entry, now, options)))
            chosen.Add(entry.SiloAddress);
        return chosen;
    }

    /// <summary>A silo on its way out is watched as well: it may die before it says good-bye.</summary>
    private static bool IsProbed(MembershipEntry entry) =>
        entry.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping;

    private static int Compare(int position, SiloAddress left, SiloAddress right)
    {
        // Distance clockwise from this silo: unsigned wrap-around turns the number line into the ring.
        var byDistance = unchecked((uint)(left.GetConsistentHashCode() - position))
            .CompareTo(unchecked((uint)(right.GetConsistentHashCode() - position)));
        return byDistance != 0 ? byDistance : left.CompareTo(right);
    }
}
