using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Orleans.Runtime.MembershipService;

/// <summary>The membership table as it was read once: rows with their etags, and the version they belong to. Never changes.</summary>
internal sealed class MembershipView
{
    private readonly FrozenDictionary<SiloAddress, Tuple<MembershipEntry, string>> _rows;

    public MembershipView(MembershipTableData data)
    {
        Version = data.Version;
        _rows = data.Members.ToFrozenDictionary(row => row.Item1.SiloAddress);
        Snapshot = new ClusterMembershipSnapshot(
            _rows.Values.ToImmutableDictionary(
                row => row.Item1.SiloAddress,
                row => new ClusterMember(row.Item1.SiloAddress, row.Item1.Status, row.Item1.SiloName)),
            new MembershipVersion(data.Version.Version));
    }

    private MembershipView()
    {
        Version = new TableVersion(int.MinValue, string.Empty);
        _rows = FrozenDictionary<SiloAddress, Tuple<MembershipEntry, string>>.Empty;
        Snapshot = ClusterMembershipSnapshot.Empty;
    }

    /// <summary>Before anything was read.</summary>
    public static MembershipView Nothing { get; } = new();

    public TableVersion Version { get; }

    public ClusterMembershipSnapshot Snapshot { get; }

    public IEnumerable<MembershipEntry> Entries => _rows.Values.Select(row => row.Item1);

    public MembershipEntry? Find(SiloAddress silo) => _rows.GetValueOrDefault(silo)?.Item1;

    public string EtagOf(SiloAddress silo) => _rows[silo].Item2;

    /// <summary>
    /// Whether this instance takes part in deciding about others: active, and heard of recently. One that vanished together with those
    /// who would have voted it out must not be waited for.
    /// </summary>
    public static bool Counts(MembershipEntry entry, DateTime now, TimeSpan stalePeriod) =>
        entry.Status == SiloStatus.Active && !IsStale(entry, now, stalePeriod);

    public static bool IsStale(MembershipEntry entry, DateTime now, TimeSpan stalePeriod)
    {
        var lastSign = entry.IAmAliveTime > entry.StartTime ? entry.IAmAliveTime : entry.StartTime;
        return now - lastSign > stalePeriod;
    }
}
