using System.Collections.Frozen;

namespace Orleans.Runtime.GrainDirectory;

/// <summary>The cluster at one version, as routing needs it: who is active, who is gone, and who keeps which part of the directory.</summary>
internal sealed class ClusterView
{
    /// <summary>Positions per silo on the ring. Enough that the parts differ little, few enough to build in no time.</summary>
    private const int PositionsPerSilo = 64;
    private readonly ClusterMembershipSnapshot _snapshot;
    private readonly uint[] _positions;
    private readonly SiloAddress[] _owners;
    private readonly FrozenSet<SiloAddress> _activeSet;

    public ClusterView(ClusterMembershipSnapshot snapshot)
    {
        _snapshot = snapshot;
        Active = [.. snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order()];
        _activeSet = Active.ToFrozenSet();
        Alive = [.. snapshot.Members.Values
            .Where(member => member.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping)
            .Select(member => member.SiloAddress)];
        var ring = Active
            .SelectMany(silo => silo.GetUniformHashCodes(PositionsPerSilo).Select(position => (position, silo)))
            .OrderBy(point => point.position)
            .ThenBy(point => point.silo)
            .ToArray();
        _positions = [.. ring.Select(point => point.position)];
        _owners = [.. ring.Select(point => point.silo)];
        RingId = StableHash.ComputeHash(string.Join(' ', Active.Select(silo => silo.ToParsableString())));
    }

    public static ClusterView Empty { get; } = new(ClusterMembershipSnapshot.Empty);

    public MembershipVersion Version => _snapshot.Version;

    /// <summary>Sorted, so that all silos see the same order.</summary>
    public SiloAddress[] Active { get; }

    /// <summary>Those that may host activations: also the ones that are about to leave.</summary>
    public SiloAddress[] Alive { get; }

    /// <summary>The same for all who see the same active silos.</summary>
    public uint RingId { get; }

    public bool IsActive(SiloAddress silo) => _activeSet.Contains(silo);

    public bool IsDead(SiloAddress silo) => _snapshot.GetSiloStatus(silo) == SiloStatus.Dead;

    public SiloStatus StatusOf(SiloAddress silo) => _snapshot.GetSiloStatus(silo);

    public bool IsListed(SiloAddress silo) => _snapshot.Members.ContainsKey(silo);

    /// <summary>The silo that keeps the directory entry of this grain; null where none is active.</summary>
    public SiloAddress? OwnerOf(GrainId id)
    {
        if (_positions.Length == 0)
        {
            return null;
        }

        // Mixed once more: the ids of neighbouring keys differ in few bits.
        var hash = id.GetUniformHashCode() * 0x9E3779B1u;
        var index = Array.BinarySearch(_positions, hash);
        index = index < 0 ? ~index : index;
        return _owners[index == _positions.Length ? 0 : index];
    }
}
