namespace Orleans.Runtime.MembershipService;

/// <summary>The public face of <see cref="MembershipManager"/>.</summary>
internal sealed class ClusterMembershipService(MembershipManager manager) : IClusterMembershipService
{
    public ClusterMembershipSnapshot CurrentSnapshot => manager.Current.Snapshot;

    public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => manager.Updates.Read();

    public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default)
    {
        var isWanted = minimumVersion == default || minimumVersion == MembershipVersion.MinValue || CurrentSnapshot.Version < minimumVersion;
        return isWanted ? new ValueTask(manager.Refresh(cancellationToken)) : ValueTask.CompletedTask;
    }

    public Task<bool> TryKill(SiloAddress siloAddress)
    {
        ArgumentNullException.ThrowIfNull(siloAddress);
        return manager.TryKill(siloAddress, CancellationToken.None);
    }
}
