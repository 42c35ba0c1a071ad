using System.Collections.Concurrent;
using Orleans.Kv.Interfaces.Cluster;

namespace Orleans.Kv.Api.Cluster;

/// <summary>
/// The newest status of every silo that has answered lately, and the picture they make together. Each silo knows its own
/// keys and what it failed to push to others; only all of them know it of the whole cluster.
/// </summary>
internal sealed class ClusterView(TimeProvider time)
{
    // Several rounds of the monitor: what a silo said longer ago than this is no longer news about it.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, (ClusterStatus Status, long At)> _statuses = new(StringComparer.Ordinal);

    public void Add(ClusterStatus status) => _statuses[status.Silo] = (status, time.GetTimestamp());

    /// <summary>The cluster as the silos that answer see it, or null when none has answered lately.</summary>
    public ClusterStatus? Merge()
    {
        var fresh = new List<ClusterStatus>();
        foreach (var (silo, (status, at)) in _statuses)
        {
            if (time.GetElapsedTime(at) <= Fresh) fresh.Add(status);
            else _statuses.TryRemove(silo, out _);
        }

        if (fresh.Count == 0) return null;
        // The furthest epoch, since maps only move forward; among equals always the same silo, so that the picture does not flicker.
        var newest = fresh.OrderByDescending(status => status.Epoch).ThenBy(status => status.Silo, StringComparer.Ordinal).First();
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
        };
    }
}
