using System.Collections.Immutable;

namespace Orleans.Kv.Consensus;

/// <summary>
/// Decides which map follows the current one: from the map, the registered nodes and how long those that are dead have been so, to the next map or to nothing. Whoever leads the
/// topology calls it on every change of membership, and installs what comes out by compare-and-swap on the map's epoch. It keeps nothing between calls, so leaders
/// may come and go at any moment, and two may work at once.
/// <para>
/// The rules. No map: the first is formed from all nodes that are alive, once there are enough. A node leaves when it has been dead for the grace period, at once when its
/// name stands for another store, or when it is drained; it joins when it is alive, registered and not drained. All that is due goes into one generation that is appended
/// (epoch + 1). When every slot has been migrated under exactly the current epoch, the newest generation is installed alone (epoch + 1), never together with an
/// append: what was migrated was migrated into that generation. Changes that can wait (joins and drains) wait for a stable map, so that a generation
/// is not added before the one below it was any use; deaths do not wait.
/// </para>
/// <para>
/// What safety rests on, and what it does not. Who is taken for alive, dead or draining is never a matter of safety: a generation appended for no reason is migrated into like
/// any other, and nothing of an older one is dropped before r of its nodes were sealed and every key they name was settled. Four things are: the compare-and-swap, so
/// that maps form one line; that <c>migrated</c> is said of the current epoch, and of every slot whose replica set or write quorum differs; that nodes become
/// <see cref="Generation.Lost"/> by an operator's word alone; and that a store which no map has any more never comes back (<see cref="PlannedNode.WasMember"/>).
/// </para>
/// <para>
/// The last one, since it is easy to forget. Purging asks every node of a stable map whether it holds anything but the tombstone. A store that was a member earlier is not
/// asked. It may hold the value that was deleted, and a present register does not go by the floor. Brought back into a replica set it would answer
/// a Prepare with that value, where the others have nothing but their floor, and the key would be alive again. While some generation of
/// the map still has the store this cannot happen: nothing is purged under such a map, and under the stable map before it the store was one of those that were asked.
/// </para>
/// <para>
/// When it holds still. A generation is appended only if every slot can afterwards be migrated: each generation of the current map (the newest becomes an older one) must have
/// r nodes of the slot's replica set alive, r of those not lost, or all of them where fewer are left. If it has not because stores are gone, a majority was lost at once: appending
/// would help nobody, as those slots could never be settled, while the rest of the slots serve as well under the old map. If the stores may return, so will the quorum.
/// </para>
/// </summary>
public static class MapPlanner
{
    /// <summary>
    /// Generations that the planner itself stacks up. The one above it is left to an operator's recover, which must never be refused because too much went wrong before.
    /// </summary>
    public const int MaxPlannedGenerations = ClusterMap.MaxGenerations - 1;

    /// <param name="map">The current map, or null before the first.</param>
    /// <param name="nodes">All registered nodes, one per name.</param>
    /// <param name="migrated">Every slot that <see cref="SlotMigration.IsNeeded"/> was migrated under exactly the map's epoch. Ignored for a stable map.</param>
    /// <param name="options">Validated by the caller.</param>
    /// <exception cref="ArgumentException">Two nodes of one name.</exception>
    public static MapPlan Plan(ClusterMap? map, IReadOnlyCollection<PlannedNode> nodes, bool migrated, MapPlannerOptions options)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(options);
        if (map is null)
            return Form(nodes, options);
        if (!map.IsStable && migrated)
        {
            var converged = new ClusterMap(map.Epoch.Next(), map.Mode, [map.Newest]);
            var gone = map.Generations.SelectMany(static generation => generation.Nodes).Except(map.Newest.Nodes);
            return new MapPlan.Install(converged, MapChange.Converged, [], [.. gone.Distinct().Order()], "every slot is migrated");
        }

        var view = new MapView(map, nodes, options);
        if (view.Members.All(view.IsReplaced))
            return StartEmpty(map, view, options);
        // Reported at once, and before anything is changed: stores in memory do not return, however soon their processes do.
        if (Shortage.Find(map, view.IsLost) is { Slots: > 0 } lost)
            return new MapPlan.MajorityLost(lost.Nodes, lost.Slots, $"{lost} are dead or have lost their stores: unless they were only cut off and return, an operator's recover is needed");
        return Change(map, view);
    }

    /// <summary>
    /// What an operator's recover would do: gives up every node of the map that is not alive, and lets the newest states among the others be the truth. Null where no node is alive that
    /// could hold anything, or where too many generations are stacked up.
    /// </summary>
    /// <exception cref="ArgumentException">Two nodes of one name.</exception>
    public static Recovery? Recover(ClusterMap map, IReadOnlyCollection<PlannedNode> nodes, MapPlannerOptions options)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(options);
        var view = new MapView(map, nodes, options);
        ImmutableArray<NodeId> lost = [.. view.Members.Where(node => !view.IsAlive(node))];
        var next = map.Newest.Nodes.Where(node => view.IsAlive(node) && !view.IsDraining(node)).Concat(view.Joining).ToList();
        // Those who were to leave are better than nobody: they may hold all that is left.
        if (next.Count == 0)
            next = [.. view.Members.Where(view.IsAlive).DistinctBy(static node => node.Name)];
        if (next.Count == 0)
            return null;

        // A generation that nobody is left of has no say in anything, and need not be carried on.
        var older = map.Generations.Select(generation => generation.WithLost(lost)).Where(static generation => generation.Lost.Length < generation.Nodes.Length).ToList();
        if (older.Count >= ClusterMap.MaxGenerations)
            return null;
        var recovered = new ClusterMap(map.Epoch.Next(), map.Mode, [.. older, new Generation(next, map.WriteQuorum)]);
        var (atRisk, gone) = Shortage.Assess(map, lost);
        return new Recovery(recovered, lost, atRisk, gone);
    }

    private static MapPlan Form(IReadOnlyCollection<PlannedNode> nodes, MapPlannerOptions options)
    {
        var alive = nodes.Where(static node => node is { IsAlive: true, IsDraining: false, WasMember: false }).Select(static node => node.Node).Order().ToImmutableArray();
        if (alive.Length < options.FormationSize)
            return new MapPlan.Nothing(null, $"{alive.Length} of {options.FormationSize} nodes for the first map are alive");
        var map = new ClusterMap(Epoch.None.Next(), ConsistencyMode.Consistent, [new Generation(alive.Take(Generation.MaxNodes), options.WriteQuorum)]);
        return new MapPlan.Install(map, MapChange.Formed, map.Newest.Nodes, [], $"{alive.Length} nodes are alive");
    }

    /// <summary>
    /// No store of the map exists any more: each name stands for another one. That its members are dead by membership would not be enough: each of them may be cut off from all
    /// the others, with all it holds, and only an operator can know better. The new map takes over nothing but the epoch, the mode and the write quorum: late messages of the old one stay late.</summary>
    private static MapPlan StartEmpty(ClusterMap map, MapView view, MapPlannerOptions options)
    {
        if (view.Joining.Length < options.FormationSize)
            return new MapPlan.Nothing(null, $"all nodes of the map are lost, and {view.Joining.Length} of {options.FormationSize} nodes for a new one are alive");
        var empty = new ClusterMap(map.Epoch.Next(), map.Mode, [new Generation(view.Joining.Take(Generation.MaxNodes), map.WriteQuorum)]);
        return new MapPlan.Install(
            empty, MapChange.StartedEmpty, empty.Newest.Nodes, view.Members, "every store of the map is lost with all it held: the cluster begins again, empty");
    }

    private static MapPlan Change(ClusterMap map, MapView view)
    {
        var forced = map.Newest.Nodes.Where(view.MustLeave).ToList();
        var away = Shortage.Find(map, node => !view.IsAlive(node));
        // Nothing may be due, and yet a slot wait for nodes of an older generation that will not return.
        if (forced.Count == 0 && !map.IsStable && away.Slots > 0)
            return new MapPlan.MajorityAway(away.Nodes, away.Slots, $"{away} are away: the migration goes on when a quorum is back");
        if (forced.Count == 0 && view.Draining.IsEmpty && view.Joining.IsEmpty)
            return new MapPlan.Nothing(view.NextDeath, map.IsStable ? "all is as it should be" : "the migration is under way");
        ImmutableArray<NodeId> leaving = [.. forced.Union(view.Draining).Order()];
        if (forced.Count == 0 && !map.IsStable)
            return new MapPlan.Nothing(view.NextDeath, $"{view.Describe(leaving)} after the migration");
        if (map.Generations.Length >= MaxPlannedGenerations)
            return new MapPlan.Nothing(view.NextDeath, $"{view.Describe(leaving)} after the migration: there are {map.Generations.Length} generations (if it cannot end, an operator's recover is needed)");

        var next = map.Newest.Nodes.Except(leaving).Concat(view.Joining).Take(Generation.MaxNodes).ToList();
        if (next.Count == 0 && forced.Count > 0)
        {
            // Those who are to be drained stay while nobody else is left; the dead ones do not, or their slots would have no quorum for as long.
            leaving = [.. forced.Order()];
            next = [.. map.Newest.Nodes.Except(leaving)];
        }

        if (next.Count == 0)
            return new MapPlan.Nothing(view.NextDeath, $"{string.Join(", ", leaving)} cannot leave: nobody would be left");
        if (next.Count == map.Newest.Nodes.Length && leaving.IsEmpty)
            return new MapPlan.Nothing(view.NextDeath, $"the map is full: it has {next.Count} nodes");
        if (away.Slots > 0)
            return new MapPlan.MajorityAway(away.Nodes, away.Slots, $"{away} are away: {view.Describe(leaving)} when a quorum is back");

        var appended = new ClusterMap(map.Epoch.Next(), map.Mode, [.. map.Generations, new Generation(next, map.WriteQuorum)]);
        return new MapPlan.Install(appended, MapChange.Appended, [.. next.Except(map.Newest.Nodes).Order()], leaving, view.Describe(leaving));
    }
}
