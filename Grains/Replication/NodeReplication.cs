using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Cluster;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Interfaces.Replication;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Replication;

/// <summary>
/// What was gathered about one silo name at one moment, and what follows from it. "In sync" is a statement about every key, so whatever is not known counts against it.
/// </summary>
/// <param name="Name">The silo's name.</param>
/// <param name="Record">Who stands under it.</param>
/// <param name="IsAlive">Membership says that this silo is active.</param>
/// <param name="Map">The map as known here.</param>
/// <param name="Members">All nodes that have a say under the map.</param>
/// <param name="Reports">By the name of the silo that told.</param>
internal sealed record NodeReplication(
    string Name, NodeRecord? Record, bool IsAlive, ClusterMap? Map, IReadOnlyList<NodeId> Members, IReadOnlyDictionary<string, PendingReport> Reports)
{
    public bool IsAnswering => Reports.ContainsKey(Name);

    public bool IsOwedNothing => Owed.All(static owed => owed.Keys == 0 && owed.Slots == 0);

    /// <summary>The silos that owe it something.</summary>
    public IEnumerable<string> Creditors => Reports.Where(report => OwedBy(report.Value) is { } owed && (owed.Keys > 0 || owed.Slots > 0)).Select(static report => report.Key);

    private NodeId? Node => Record is null ? null : ClusterView.NodeOf(Record);

    private bool IsMember => Map is not null && Node is { } node && Map.Newest.Nodes.Contains(node);

    private IEnumerable<NodePending> Owed => Reports.Values.Select(OwedBy).OfType<NodePending>();

    private string[] Unasked => [.. Members.Select(static node => node.Name).Where(name => !Reports.ContainsKey(name)).Distinct()];

    public ReplicationStatus Judge()
    {
        var owed = Owed.ToList();
        var differing = Comparisons().Sum(static comparison => comparison.Told?.DifferingSlots ?? 0);
        var reason = WhyNot(owed, differing);
        return new ReplicationStatus
        {
            Name = Name,
            Store = Record?.Store,
            State = StateOf(reason),
            InSync = reason is null,
            Reason = reason,
            Pending = owed.Sum(static node => (long)node.Keys),
            PendingSlots = owed.Sum(static node => node.Slots),
            Bytes = owed.Sum(static node => node.Bytes),
            OldestAge = owed.Max(static node => node.OldestAge),
            LastSuccessAge = owed.Min(static node => node.LastSuccessAge),
            Replayed = owed.Sum(static node => node.Replayed),
            Replaying = owed.Any(static node => node.Replaying),
            DifferingSlots = differing,
            Unasked = Unasked,
            Epoch = Map?.Epoch.Number ?? 0,
        };
    }

    private NodeState StateOf(string? reason) =>
        !IsAlive ? NodeState.Dead
        : !IsAnswering ? NodeState.Partitioned
        : Record is { Draining: true } ? NodeState.Draining
        : !IsMember ? NodeState.Joining
        : reason is null ? NodeState.InSync
        : NodeState.CatchingUp;

    private string? WhyNot(List<NodePending> owed, int differing)
    {
        if (Map is null) return "the cluster has no map yet";
        if (Record is null) return "no silo of that name is registered";
        if (!IsAlive) return "the silo is dead";
        if (!IsMember) return "the silo is not in the map";
        if (!IsAnswering) return "the silo does not answer";
        if (!Map.IsStable) return "the map is in migration";
        if (Unasked is { Length: > 0 } unasked) return $"{string.Join(", ", unasked)} cannot be asked";
        if (Reports.Values.FirstOrDefault(report => report.Epoch != Map.Epoch.Number) is { } other) return $"{other.Silo} works with the map of epoch {other.Epoch}";
        if (owed.Sum(static node => (long)node.Keys + node.Slots) is > 0 and var pending) return $"{pending} pushes to it are owed";
        if (Comparisons().FirstOrDefault(comparison => comparison.Told?.ComparedEpoch != Map.Epoch.Number) is { Other: { } uncompared })
            return $"it has not been compared with {uncompared} under this map";
        return differing > 0 ? $"it differs in {differing} slots" : null;
    }

    /// <summary>What the silos that compare have found: of this node and each other one, the smaller.</summary>
    private IEnumerable<(string Other, NodePending? Told)> Comparisons()
    {
        if (Map is null || Node is not { } self) yield break;
        foreach (var other in Map.Newest.Nodes)
        {
            if (other == self) continue;
            var (asking, asked) = self < other ? (self, other) : (other, self);
            yield return (other.Name, Reports.GetValueOrDefault(asking.Name) is { } report ? Find(report, asked) : null);
        }
    }

    private NodePending? OwedBy(PendingReport report) => Node is { } node ? Find(report, node) : null;

    private static NodePending? Find(PendingReport report, NodeId node) =>
        report.Nodes.FirstOrDefault(told => told.Name == node.Name && told.Store == node.Store.Value.ToString("N"));
}
