using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>An immutable view of the whole cluster at one version.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class ClusterMembershipSnapshot
{
    public ClusterMembershipSnapshot(ImmutableDictionary<SiloAddress, ClusterMember> members, MembershipVersion version)
    {
        Members = members;
        Version = version;
    }

    [Id(0)]
    public ImmutableDictionary<SiloAddress, ClusterMember> Members { get; }

    [Id(1)]
    public MembershipVersion Version { get; }

    internal static ClusterMembershipSnapshot Empty { get; } =
        new(ImmutableDictionary<SiloAddress, ClusterMember>.Empty, MembershipVersion.MinValue);

    /// <summary>The status of one instance. One that is not listed is dead where a later instance on its endpoint is, else unknown.</summary>
    public SiloStatus GetSiloStatus(SiloAddress silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        if (Members.TryGetValue(silo, out var member))
            return member.Status;

        foreach (var other in Members.Keys)
        {
            if (other.IsSuccessorOf(silo))
                return SiloStatus.Dead;
        }

        return SiloStatus.None;
    }

    /// <summary>As <see cref="GetSiloStatus(SiloAddress)"/>, but one that is not listed is dead where this view is later than the one it was seen in.</summary>
    public SiloStatus GetSiloStatus(SiloAddress silo, MembershipVersion seenAtVersion)
    {
        var status = GetSiloStatus(silo);
        return status == SiloStatus.None && Version > seenAtVersion ? SiloStatus.Dead : status;
    }

    /// <summary>This view as a change from nothing.</summary>
    public ClusterMembershipUpdate AsUpdate() => new(this, [.. Members.Values]);

    /// <summary>What changed since an earlier view. Rows that vanished from the table count as dead.</summary>
    public ClusterMembershipUpdate CreateUpdate(ClusterMembershipSnapshot previous)
    {
        ArgumentNullException.ThrowIfNull(previous);
        if (previous.Version > Version)
            throw new ArgumentException($"Version {previous.Version} is later than this snapshot's, {Version}.", nameof(previous));

        if (previous.Version == Version)
            return new ClusterMembershipUpdate(this, []);

        var changes = ImmutableArray.CreateBuilder<ClusterMember>();
        foreach (var (silo, member) in Members)
        {
            if (!previous.Members.TryGetValue(silo, out var before) || before.Status != member.Status)
                changes.Add(member);
        }

        foreach (var (silo, member) in previous.Members)
        {
            if (!Members.ContainsKey(silo))
                changes.Add(new ClusterMember(silo, SiloStatus.Dead, member.Name));
        }

        return new ClusterMembershipUpdate(this, changes.DrainToImmutable());
    }

    public override string ToString() => $"ClusterMembershipSnapshot {{ Version = {Version}, Members = [{string.Join(", ", Members.Values)}] }}";
}
