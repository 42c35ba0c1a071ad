using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>
/// The arithmetic of declaring a silo dead. Pure, so that its cases can be listed in a test.
/// <para>
/// One silo's word is not enough where others could check it: its own network may be the broken one. So votes are gathered in the
/// suspect's row, and only fresh votes of silos that are themselves in the cluster count. Where fewer others are left than votes
/// are asked for, all of them suffice: of two silos, one must be able to carry on alone.
/// </para>
/// </summary>
internal static class DeathVote
{
    /// <summary>The row with the votes added, and its status set to dead where they are enough.</summary>
    public static MembershipEntry Cast(
        MembershipView view, MembershipEntry suspect, IEnumerable<SiloAddress> voters, DateTime now, ClusterMembershipOptions options)
    {
        var row = suspect.Copy();
        foreach (var voter in voters)
            row.AddOrUpdateSuspector(voter, now, Math.Max(options.NumVotesForDeathDeclaration, 1));

        var counted = row.SuspectTimes!.Count(vote => Counts(view, suspect, vote, now, options));
        if (counted >= Needed(view, suspect, now, options))
            row.Status = SiloStatus.Dead;
        return row;
    }

    public static bool HasFreshVote(MembershipEntry entry, DateTime now, ClusterMembershipOptions options) =>
        entry.SuspectTimes is { } votes && votes.Exists(vote => now - vote.Item2 < options.DeathVoteExpirationTimeout);

    private static int Needed(MembershipView view, MembershipEntry suspect, DateTime now, ClusterMembershipOptions options)
    {
        var others = view.Entries.Count(entry =>
            !entry.SiloAddress.Equals(suspect.SiloAddress) && MembershipView.Counts(entry, now, options.StalePeriod()));
        return Math.Clamp(others, 1, Math.Max(options.NumVotesForDeathDeclaration, 1));
    }

    private static bool Counts(
        MembershipView view, MembershipEntry suspect, Tuple<SiloAddress, DateTime> vote, DateTime now, ClusterMembershipOptions options)
    {
        // A vote from the future is a voter whose clock is ahead: fresh. The dead and the suspect itself have no say.
        if (now - vote.Item2 >= options.DeathVoteExpirationTimeout || vote.Item1.Equals(suspect.SiloAddress))
            return false;
        return view.Find(vote.Item1) is { Status: not SiloStatus.Dead };
    }
}
