using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Topology;

/// <summary>
/// Any sequence of joins, deaths, returns and drains, against a model of a fleet: silos with stores in memory or on disk, a membership that tells of deaths late, a leader
/// that plans when it likes, migrations that take their time and need their quorums.
/// </summary>
public sealed class MapPlannerPropertyTests
{
    private const int Seeds = 100;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    [Fact]
    public void AnySequence_KeepsEveryReadQuorum_AndConvergesToOneGenerationOfTheAliveNodes()
    {
        var (lost, away, recovered, empty, converged) = (0, 0, 0, 0, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var fleet = new Fleet(seed);
            for (var turn = 0; turn < 60; turn++)
            {
                fleet.Disturb();
                fleet.Advance();
            }

            // All calms down. Who was away returns; where a majority is lost the operator has the last word.
            fleet.Recuperate();
            for (var turn = 0; !fleet.IsConverged; turn++)
            {
                Assert.True(turn < 100, $"seed {seed}: {fleet.Last} leaves {fleet.Map} where {fleet} are alive");
                fleet.Advance();
                if (fleet.Last is MapPlan.MajorityLost)
                {
                    fleet.Recover();
                    recovered++;
                }
            }

            lost += fleet.Seen<MapPlan.MajorityLost>();
            away += fleet.Seen<MapPlan.MajorityAway>();
            empty += fleet.Installed(MapChange.StartedEmpty);
            converged += fleet.Installed(MapChange.Converged);
        }

        // Not a property of the planner, but of this test: it went through all of it.
        Assert.True(lost > 20 && away > 10 && recovered > 5 && empty > 2 && converged > Seeds, $"{lost} {away} {recovered} {empty} {converged}");
    }

    private sealed class Fleet
    {
        private readonly Random _random;
        private readonly MapPlannerOptions _options = new() { Grace = TimeSpan.FromSeconds(5), DurableGrace = TimeSpan.FromSeconds(9) };
        private readonly Dictionary<string, PlannedNode> _silos = new(StringComparer.Ordinal);
        private readonly HashSet<NodeId> _given = [];
        private readonly HashSet<NodeId> _members = [];
        private readonly List<MapPlan> _plans = [];
        private int _stores;

        public Fleet(int seed)
        {
            _random = new Random(seed);
            for (var i = 0; i < 3 + _random.Next(3); i++)
                Start($"s{i}");
            Advance();
        }

        public ClusterMap? Map { get; private set; }

        public MapPlan Last => _plans[^1];

        public bool IsConverged => Map is { IsStable: true } && Map.Newest.Nodes.SequenceEqual(Wanted) && Last is MapPlan.Nothing;

        private IEnumerable<NodeId> Wanted => _silos.Values.Where(silo => silo is { IsAlive: true, IsDraining: false }).Select(static silo => silo.Node).Order();

        public int Seen<T>() => _plans.OfType<T>().Count();

        public int Installed(MapChange change) => _plans.OfType<MapPlan.Install>().Count(install => install.Change == change);

        /// <summary>Something happens to some silo; never so much that nobody is left, which the end of the test could not converge to.</summary>
        public void Disturb()
        {
            var name = $"s{_random.Next(7)}";
            var isKnown = _silos.TryGetValue(name, out var silo);
            switch (_random.Next(8))
            {
                case 0 or 1 when !isKnown || !silo.IsAlive:
                    Start(name);
                    break;
                case 2 or 3 when isKnown && silo.IsAlive && Wanted.Count() > 1:
                    _silos[name] = silo with { IsAlive = false, DeadFor = TimeSpan.Zero };
                    break;
                case 4 when isKnown && Wanted.Count() > 1:
                    _silos[name] = silo with { IsDraining = true };
                    break;
                case 5 when _random.Next(20) == 0 && Wanted.Count() > 2:
                    // A power cut, after which new ones are started, or all that ever were.
                    foreach (var node in _silos.Values.Where(static node => node.IsAlive).ToList())
                        _silos[node.Node.Name] = node with { IsAlive = false, DeadFor = TimeSpan.Zero };
                    var started = _random.Next(2) == 0 ? [.. _silos.Keys] : Enumerable.Range(_stores, 3).Select(static i => $"n{i}").ToList();
                    foreach (var other in started)
                        Start(other);
                    break;
            }
        }

        /// <summary>Stores on disk return, and there are enough nodes again for a first map, if it comes to that.</summary>
        public void Recuperate()
        {
            foreach (var silo in _silos.Values.Where(static silo => silo is { IsAlive: false, IsDurable: true }).ToList())
                _silos[silo.Node.Name] = silo with { IsAlive = true };
            while (Wanted.Count() < _options.FormationSize)
                Start($"n{_stores}");
        }

        /// <summary>Time passes, the leader looks, and what it wants is done.</summary>
        public void Advance()
        {
            foreach (var silo in _silos.Values.Where(static silo => !silo.IsAlive).ToList())
                _silos[silo.Node.Name] = silo with { DeadFor = silo.DeadFor + Step };
            var migrated = Map is { IsStable: false } && CanMigrate() && _random.Next(3) == 0;
            WipeWhoWasRemoved();
            var plan = MapPlanner.Plan(Map, [.. _silos.Values.Select(Registered)], migrated, _options);
            _plans.Add(plan);
            if (plan is MapPlan.Install install)
                Install(install, migrated);
        }

        public void Recover()
        {
            var recovery = MapPlanner.Recover(Map!, [.. _silos.Values.Select(Registered)], _options)!;
            Assert.Equal(Map!.Epoch.Next(), recovery.Map.Epoch);
            foreach (var node in recovery.Lost)
                Assert.False(IsAlive(node), $"{node} is alive and was given up");
            _given.UnionWith(recovery.Lost);
            Map = recovery.Map;
            _members.UnionWith(Map.Newest.Nodes);
        }

        public override string ToString() => string.Join(' ', Wanted);

        private void Install(MapPlan.Install install, bool migrated)
        {
            var (before, after) = (Map, install.Map);
            Assert.Equal((before?.Epoch ?? Epoch.None).Next(), after.Epoch);
            Assert.True(after.Generations.Length <= MapPlanner.MaxPlannedGenerations);
            Assert.NotEmpty(after.Newest.Nodes);
            Assert.All(install.Joining, node => Assert.True(IsAlive(node), $"{node} joins dead"));
            Assert.All(after.Newest.Nodes, node => Assert.DoesNotContain(node, _given));
            switch (install.Change)
            {
                case MapChange.Converged:
                    Assert.True(migrated);
                    Assert.Equal([before!.Newest], after.Generations.AsEnumerable());
                    break;
                case MapChange.Appended:
                    // What was there is there as it was, and every quorum that is asked of it can answer.
                    Assert.Equal(before!.Generations.AsEnumerable(), after.Generations.Take(after.Generations.Length - 1));
                    Assert.NotEqual(before.Newest.Nodes.AsEnumerable(), after.Newest.Nodes);
                    AssertReadQuorums(after);
                    break;
                case MapChange.StartedEmpty:
                    Assert.All(before!.Generations.SelectMany(static generation => generation.Nodes.Except(generation.Lost)), node => Assert.True(IsGone(node), $"{node} is not gone"));
                    break;
            }

            Assert.All(install.Joining, node => Assert.True(!_members.Contains(node) || before!.Contains(node), $"{node} comes back with what it had when it left"));
            Map = after;
            _members.UnionWith(after.Newest.Nodes);
        }

        private PlannedNode Registered(PlannedNode silo) => silo with { WasMember = _members.Contains(silo.Node) };

        /// <summary>What a silo does that finds itself removed while it runs, now and then: until it has, it stays outside.</summary>
        private void WipeWhoWasRemoved()
        {
            foreach (var silo in _silos.Values.Where(silo => silo is { IsAlive: true, IsDraining: false } && _members.Contains(silo.Node) && !Map!.Contains(silo.Node)).ToList())
            {
                if (_random.Next(2) == 0)
                    _silos[silo.Node.Name] = silo with { Node = Maps.Node(silo.Node.Name, store: ++_stores) };
            }
        }

        private void AssertReadQuorums(ClusterMap map)
        {
            for (var index = 0; index < Slot.Count; index += 7)
            {
                var placement = map[new Slot((ushort)index)];
                foreach (var quorum in placement.PrepareQuorums.Skip(1))
                    Assert.True(Alive(placement, quorum) >= quorum.Needed, $"slot {index} cannot be read any more: {map}");
            }
        }

        private bool CanMigrate()
        {
            for (var index = 0; index < Slot.Count; index += 7)
            {
                var placement = Map![new Slot((ushort)index)];
                if (placement.PrepareQuorums.Any(quorum => Alive(placement, quorum) < quorum.Needed))
                    return false;
            }

            return true;
        }

        private int Alive(Placement placement, Quorum quorum) =>
            Enumerable.Range(0, placement.Nodes.Length).Count(node => (quorum.Members >> node & 1) == 1 && IsAlive(placement.Nodes[node]));

        private bool IsAlive(NodeId node) => _silos.TryGetValue(node.Name, out var silo) && silo.Node == node && silo.IsAlive;

        private bool IsGone(NodeId node) => !_silos.TryGetValue(node.Name, out var silo) || silo.Node != node || silo is { IsAlive: false, IsDurable: false };

        /// <summary>A process starts: on the store it had, or on a new one.</summary>
        private void Start(string name)
        {
            var hadStore = _silos.TryGetValue(name, out var silo) && silo.IsDurable && _random.Next(4) > 0 && !_given.Contains(silo.Node);
            var node = hadStore ? silo.Node : Maps.Node(name, store: ++_stores);
            _silos[name] = new PlannedNode(node, IsAlive: true, IsDurable: hadStore || _random.Next(3) == 0);
        }
    }
}
