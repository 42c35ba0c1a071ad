using System.Collections.Concurrent;
using Orleans.Kv.Interfaces.Availability;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Api.Cluster;

/// <summary>
/// The newest status of every silo that has answered lately, and the picture they make together. Each silo knows its own
/// keys and what it failed to push to others; only all of them know it of the whole cluster.
/// </summary>
internal sealed class ClusterView(TimeProvider time)
{
    // Several rounds of the monitor: what a silo said longer ago than this is no longer news about it.
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    // A round of the monitor, and the time after which it takes a silo to hang. Who has not answered since may have been cut off, and what it said before that was of a whole cluster.
    private static readonly TimeSpan Currency = TimeSpan.FromMilliseconds(1_250);

    private readonly ConcurrentDictionary<string, (ClusterStatus Status, long At)> _statuses = new(StringComparer.Ordinal);

    public void Add(ClusterStatus status) => _statuses[status.Silo] = (status, time.GetTimestamp());

    /// <summary>The cluster as the silos that answer see it, or null when none has answered lately.</summary>
    public ClusterStatus? Merge()
    {
        var fresh = Fresh();
        if (Newest(fresh) is not { } newest) return null;
        return new ClusterStatus
        {
            Epoch = newest.Epoch,
            Mode = newest.Mode,
            Leader = newest.Leader ?? fresh.Select(status => status.Leader).FirstOrDefault(leader => leader is not null),
            Migrating = newest.Migrating,
            FormationSize = newest.FormationSize,
            Silo = newest.Silo,
            Nodes = [.. newest.Nodes.Select(node => Complete(node, fresh))],
            Migration = newest.Migration,
            LastMigration = newest.LastMigration ?? fresh.Select(status => status.LastMigration).FirstOrDefault(migration => migration is not null),
            MajorityLost = newest.MajorityLost,
            LeaderSays = newest.LeaderSays,
        };
    }

    /// <summary>The mode of the furthest map, and the members of that map which act by another one or have not answered lately. Null when no silo has answered.</summary>
    public ModeReply? Mode()
    {
        var fresh = Fresh();
        if (Newest(fresh) is not { } newest) return null;
        return new ModeReply
        {
            Status = ModeStatus.Done,
            Mode = newest.Mode,
            Epoch = newest.Epoch,
            Unconfirmed = [.. newest.Nodes.Where(node => node.Member).Select(node => Unconfirmed(node, newest.Mode, fresh)).OfType<UnconfirmedSilo>()],
        };
    }

    /// <summary>The silos that are not known to be dead, or null when none has answered lately.</summary>
    public IReadOnlyCollection<string>? LiveSilos() =>
        Newest(Fresh())?.Nodes.Where(node => node.State != NodeState.Dead).Select(node => node.Name).Distinct(StringComparer.Ordinal).ToList();

    private static UnconfirmedSilo? Unconfirmed(NodeStatus node, int mode, List<ClusterStatus> fresh)
    {
        if (fresh.Find(status => status.Silo == node.Name) is not { } own) return new UnconfirmedSilo { Name = node.Name, Reason = "it does not answer this API host" };
        return own.Mode == mode ? null : new UnconfirmedSilo { Name = node.Name, Reason = $"it acts by the map of epoch {own.Epoch}" };
    }

    private List<ClusterStatus> Fresh()
    {
        var fresh = new List<ClusterStatus>();
        foreach (var (silo, (status, at)) in _statuses)
        {
            if (time.GetElapsedTime(at) <= Freshness) fresh.Add(status);
            else _statuses.TryRemove(silo, out _);
        }

        return fresh;
    }

    // The furthest epoch, since maps only move forward; among equals who has answered in the last round; then whoever reaches most of the others, for a silo that is cut off takes all of them for lost; then
    // always the same silo, so that the picture does not flicker.
    private ClusterStatus? Newest(List<ClusterStatus> fresh) => fresh
        .OrderByDescending(status => status.Epoch)
        .ThenByDescending(IsCurrent)
        .ThenBy(status => status.Nodes.Count(IsUnreachable))
        .ThenBy(status => status.Silo, StringComparer.Ordinal)
        .FirstOrDefault();

    private bool IsCurrent(ClusterStatus status) => _statuses.TryGetValue(status.Silo, out var heard) && time.GetElapsedTime(heard.At) <= Currency;

    private static bool IsUnreachable(NodeStatus node) => node.UnreachableSince > 0 || node.State == NodeState.Partitioned;

    private static NodeStatus Complete(NodeStatus node, List<ClusterStatus> fresh)
    {
        var own = fresh.Find(status => status.Silo == node.Name)?.Nodes.FirstOrDefault(self => self.Name == node.Name && self.Store == node.Store);
        var views = fresh.SelectMany(status => status.Nodes).Where(other => other.Name == node.Name && other.Store == node.Store).ToList();
        var pending = views.Sum(view => view.Pending);
        var pendingSlots = views.Sum(view => view.PendingSlots);
        // The silo whose picture this is may owe the node nothing where another one does.
        var isBehind = node.State == NodeState.InSync && (pending > 0 || pendingSlots > 0);
        return new NodeStatus
        {
            Name = node.Name,
            Store = node.Store,
            State = isBehind ? NodeState.CatchingUp : node.State,
            Keys = own?.Keys ?? node.Keys,
            Pending = pending,
            PendingSlots = pendingSlots,
            Member = node.Member,
            UnreachableSince = node.UnreachableSince,
            PendingWrites = own?.PendingWrites ?? -1,
            Version = own?.Version ?? node.Version,
        };
    }
}
