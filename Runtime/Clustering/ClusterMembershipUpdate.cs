using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>A view of the cluster together with what changed since an earlier one.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class ClusterMembershipUpdate
{
    public ClusterMembershipUpdate(ClusterMembershipSnapshot snapshot, ImmutableArray<ClusterMember> changes)
    {
        Snapshot = snapshot;
        Changes = changes;
    }

    public bool HasChanges => !Changes.IsDefaultOrEmpty;

    [Id(0)]
    public ImmutableArray<ClusterMember> Changes { get; }

    [Id(1)]
    public ClusterMembershipSnapshot Snapshot { get; }
}
