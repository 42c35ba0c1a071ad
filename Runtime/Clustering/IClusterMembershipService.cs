namespace Orleans.Runtime;

/// <summary>This silo's view of the cluster, and the way to ask for a newer one.</summary>
public interface IClusterMembershipService
{
    ClusterMembershipSnapshot CurrentSnapshot { get; }

    /// <summary>
    /// The current view and then every later one. A slow reader may miss views in between, never the latest. Ends when the silo stops.
    /// </summary>
    IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates { get; }

    /// <summary>Reads the table, unless the current view is at <paramref name="minimumVersion"/> or above (and one was given).</summary>
    ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default);

    /// <summary>Declares a silo dead on this silo's word alone.</summary>
    /// <returns>Whether it is dead now.</returns>
    Task<bool> TryKill(SiloAddress siloAddress);
}
