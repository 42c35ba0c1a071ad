using Orleans.Configuration;

namespace Orleans.Runtime.MembershipService;

/// <summary>Times that follow from the options.</summary>
internal static class MembershipTimes
{
    /// <summary>Without a heartbeat for so long a row is not taken for a living silo.</summary>
    public static TimeSpan StalePeriod(this ClusterMembershipOptions options) =>
        options.IAmAliveTablePublishTimeout * options.NumMissedTableIAmAliveLimit;

    /// <summary>
    /// The pause after a refused probe. A refusal takes no time and says for certain that nobody listens, so all the misses that make a
    /// suspicion fit into one probe timeout.
    /// </summary>
    public static TimeSpan RefusedPause(this ClusterMembershipOptions options) =>
        options.ProbeTimeout / Math.Max(options.NumMissedProbesLimit, 1);
}
