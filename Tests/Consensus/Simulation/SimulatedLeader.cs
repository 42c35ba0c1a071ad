using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// One term of the topology's leader: looks at the authority, has the planner decide, installs what it decides, hands out slots to migrate and counts those that are
/// done. All it knows is soft: the next leader begins anew, and slots are migrated twice or by two silos at once.
/// </summary>
internal sealed class SimulatedLeader(Simulation simulation, SimulatedSilo silo)
{
    // A slot that is not reported done after this time is given to another silo as well.
    private const int OrderTimeout = 80;

    private readonly int _process = silo.Process;
    private readonly HashSet<Slot> _done = [];
    private readonly Dictionary<Slot, long> _ordered = [];
    private ClusterMap? _map;
    private bool _isOver;

    public bool IsOver
    {
        get => _isOver || !silo.IsUp || silo.Process != _process;
        set => _isOver = value;
    }

    /// <summary>Looks at the authority, and again after a while.</summary>
    public void Look()
    {
        if (IsOver)
            return;
        if (!simulation.Happens(simulation.Options.Drop))
        {
            simulation.After(simulation.Delay(), () =>
            {
                var copy = simulation.Authority.Copy();
                simulation.After(simulation.Delay(), () => Act(copy));
            });
        }

        simulation.After(6 + simulation.Random.Next(12), Look);
    }

    private void Act(AuthorityCopy copy)
    {
        if (IsOver || copy.Map.Epoch < _map?.Epoch)
            return;
        Follow(copy.Map);
        var migrated = Array.TrueForAll(simulation.Slots, slot => _done.Contains(slot) || !SlotMigration.IsNeeded(copy.Map, slot));
        if (simulation.Planner.Plan(copy.Map, copy.Nodes, migrated) is MapPlan.Install install)
            Install(install, copy.Map.Epoch);
        else if (!copy.Map.IsStable)
            HandOut(copy.Map);
    }

    private void Follow(ClusterMap map)
    {
        if (_map is not null && map.Epoch <= _map.Epoch)
            return;
        // What was migrated was migrated into another generation.
        _map = map;
        _done.Clear();
        _ordered.Clear();
        silo.Learn(map);
    }

    private void Install(MapPlan.Install install, Epoch expected)
    {
        simulation.Trace($"leader {silo.Name}: {install.Change} {install.Map.Epoch}: {install.Reason}");
        if (install.Change == MapChange.StartedEmpty && simulation.Options.Catastrophes == 0)
            throw new ViolationException($"{install.Reason}, where no schedule loses every store");
        if (simulation.Happens(simulation.Options.Drop))
            return;
        simulation.After(simulation.Delay(), () =>
        {
            // A majority of volatile stores that happens to be lost at once is a case for an operator: where there is none, the request was lost.
            var isBorne = simulation.Options.Catastrophes > 0 || install.Map.Generations.All(generation => simulation.Membership.Bears(generation));
            if (!isBorne || !simulation.Authority.TryInstall(install.Map, expected, silo.Name))
                return;
            if (install.Change == MapChange.StartedEmpty)
                Array.ForEach(simulation.Keys, simulation.Invariants.Shake);
            if (simulation.Happens(simulation.Options.Drop))
                return;
            simulation.After(simulation.Delay(), () =>
            {
                if (!IsOver)
                    Follow(install.Map);
            });
        });
    }

    private void HandOut(ClusterMap map)
    {
        foreach (var slot in simulation.Slots)
        {
            if (_done.Contains(slot) || (_ordered.TryGetValue(slot, out var at) && simulation.Now < at + OrderTimeout) || !SlotMigration.IsNeeded(map, slot))
                continue;
            _ordered[slot] = simulation.Now;
            var migrator = PickMigrator(map, slot);
            if (simulation.Happens(simulation.Options.Drop))
                continue;
            simulation.After(simulation.Delay(), () => migrator.Migrator.Take(map, slot, () => Report(map, slot)));
        }
    }

    // Whoever stays has most of the slot already, and moves it by redelivery, which leaves those that go in peace; in an eclipse, whoever leaves and is not in the dark.
    private SimulatedSilo PickMigrator(ClusterMap map, Slot slot)
    {
        if (simulation.Options.Exodus == 0 || simulation.Random.Next(4) == 0)
            return simulation.Silos[simulation.Random.Next(simulation.Silos.Count)];
        var replicas = map[slot].Replicas.ToArray();
        var holders = map.Generations[^2].ReplicaSet(slot).Where(node => replicas.Contains(node) != simulation.Options.IsEclipsed).ToArray();
        var nodes = holders.Length > 0 ? holders : [.. map.Newest.Nodes];
        return simulation.SiloOf(nodes[simulation.Random.Next(nodes.Length)].Name);
    }

    private void Report(ClusterMap map, Slot slot)
    {
        if (simulation.Happens(simulation.Options.Drop))
            return;
        simulation.After(simulation.Delay(), () =>
        {
            if (!IsOver && _map == map)
                _done.Add(slot);
        });
    }
}
