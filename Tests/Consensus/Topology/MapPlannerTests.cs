using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Topology;

/// <summary>What follows from one map and one look at the nodes, written out.</summary>
public sealed class MapPlannerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly MapPlannerOptions Options = new();

    /// <summary>
    /// Maps and nodes in short: generations are separated by "|"; a node is its name, with ' for a second store and ! where it is lost. Of a registered node also: "-" dead for long,
    /// "~" dead within its grace, "d" draining, "D" durable, "m" was a member before.
    /// </summary>
    public static TheoryData<string, string, bool, string> Table => new()
    {
        // The first map.
        { "", "a b", false, "nothing" },
        { "", "a b c-", false, "nothing" },
        { "", "a b c", false, "Formed a b c" },
        { "", "a b c d e-", false, "Formed a b c d" },
        { "", "a b c:d d", false, "Formed a b d" },

        // Nothing to do.
        { "a b c", "a b c", false, "nothing" },
        { "a b c", "a b c d-", false, "nothing" },
        { "a b c", "a b c d:d", false, "nothing" },
        { "a b c", "a b c d:m", false, "nothing" },

        // Deaths wait for their grace, replaced stores for nothing.
        { "a b c", "a b c~", false, "nothing until 00:00:05" },
        { "a b c", "a b c-", false, "Appended a b c|a b" },
        { "a b c", "a b c'", false, "Appended a b c|a b c'" },
        { "a b c", "a b c'~", false, "Appended a b c|a b" },
        { "a b c", "a b", false, "Appended a b c|a b" },
        { "a b", "a b-", false, "Appended a b|a" },
        { "a b c", "a b c-:D", false, "Appended a b c|a b" },
        { "a b c", "a b c~:D", false, "nothing until 00:05:00" },

        // All that is due goes together.
        { "a b c", "a b c d e", false, "Appended a b c|a b c d e" },
        { "a b c d", "a b c- d:d e", false, "Appended a b c d|a b e" },
        { "a b c d e", "a:d b:d c d e", false, "Appended a b c d e|c d e" },

        // During a migration deaths go on appending, and take along what waits otherwise.
        { "a b c|a b c d", "a b c d e", false, "nothing" },
        { "a b c|a b c d", "a:d b c d", false, "nothing" },
        { "a b c|a b c d", "a b c d-", false, "Appended a b c|a b c d|a b c" },
        { "a b c|a b c d", "a b c d- e f:d", false, "Appended a b c|a b c d|a b c e" },
        { "a b c|a b", "a b c-", false, "nothing" },
        { "a b c|a b d", "a b c:m d-", false, "Appended a b c|a b d|a b c" },

        // The end of a migration comes alone, whatever else is due.
        { "a b c|a b", "a b c", true, "Converged a b" },
        { "a b c|a b", "a b- c", true, "Converged a b" },
        { "a b c", "a b c", true, "nothing" },

        // Never an empty generation.
        { "a", "a:d", false, "nothing" },
        { "a", "a:d b", false, "Appended a|b" },
        { "a", "a-:D", false, "nothing" },
        { "a b", "a:d b-", false, "Appended a b|a" },
        { "a b c|a b", "a:d b- c", false, "Appended a b c|a b|c" },
        { "a b c all|a b all", "a:d b- c-", false, "Appended a b c|a b|a all" },
        { "a b c all", "a:d b:d c-", false, "Appended a b c|a b all" },

        // A majority lost at once: nothing moves, not even what could join; recover is called for at once, without grace.
        { "a b c", "a b~ c~", false, "lost b c" },
        { "a b c", "a b' c'", false, "lost b c" },
        { "a b c", "a b c- d- e", false, "Appended a b c|a b e" },
        { "a b c|a b", "a b- c-", false, "lost b c" },
        { "a b c|a b", "a b- c-", true, "Converged a b" },
        { "a b c all", "a b- c-", false, "Appended a b c|a all" },

        // Stores that may return are waited for, even beyond their grace: no migration could proceed.
        { "a b c", "a b-:D c-:D", false, "away b c" },
        { "a b c", "a b~:D c-:D d", false, "away b c" },
        { "a b c", "a b- c-:D", false, "away b c" },
        { "a b c|a b", "a b-:D c:m", false, "Appended a b c|a b|a c" },

        // A migration that cannot end says so, though nothing is due in the newest generation.
        { "a b c|a b|b d", "a-:D b c d", false, "nothing" },
        { "a b c|b d", "a-:D b c-:D d", false, "away a c" },
        { "a b c|b d", "a-:D b c-:D d e", false, "away a c" },

        // Nobody left: a new map once there are enough new nodes. Who is merely dead may be cut off from everybody, and hold everything.
        { "a b c", "a' b' c-", false, "lost a b c" },
        { "a b c", "a' b' c'", false, "StartedEmpty a' b' c'" },
        { "a b c", "a' b' c' d-", false, "StartedEmpty a' b' c'" },
        { "a b c d", "a' b' c'- d'-", false, "nothing" },
        { "a b c", "a- b- c- d e f", false, "lost a b c" },
        { "a b c", "a- b- c~ d e f", false, "lost a b c" },
        { "a b c", "a- b- c-:D d e f", false, "lost a b" },
        { "a b c", "a-:D b-:D c-:D d e f", false, "away a b c" },
        { "a! b! c|c", "a- b- c- d e f", false, "lost c" },
        { "a! b! c|c", "a- b- c' d e f", false, "StartedEmpty c' d e f" },

        // Lost nodes are waited for by nobody, and do not come back.
        { "a! b! c|c d", "a b c d-", false, "Appended a! b! c|c d|c" },
        { "a! b c|b c", "a b c", false, "nothing" },
        { "a! b c|b c d", "a b c d-", false, "Appended a! b c|b c d|b c" },
        { "a! b c|b c", "a- b- c", false, "lost b" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Plan_IsAsInTheTable(string map, string nodes, bool migrated, string expected) =>
        Assert.Equal(expected, Show(MapPlanner.Plan(Map(map), Nodes(nodes), migrated, Options)));

    [Fact]
    public void EveryPlannedMap_FollowsInEpochAndKeepsItsSettings()
    {
        var map = new ClusterMap(new Epoch(7), ConsistencyMode.Available, [new Generation([Maps.Node("a"), Maps.Node("b")], WriteQuorum.All)]);
        var appended = Assert.IsType<MapPlan.Install>(MapPlanner.Plan(map, Nodes("a b-"), false, Options)).Map;
        Assert.Equal((new Epoch(8), ConsistencyMode.Available, WriteQuorum.All), (appended.Epoch, appended.Mode, appended.WriteQuorum));
        var converged = Assert.IsType<MapPlan.Install>(MapPlanner.Plan(appended, Nodes("a b-"), true, Options)).Map;
        Assert.Equal((new Epoch(9), ConsistencyMode.Available, WriteQuorum.All), (converged.Epoch, converged.Mode, converged.WriteQuorum));
        var empty = Assert.IsType<MapPlan.Install>(MapPlanner.Plan(map, Nodes("a' b' c"), false, Options)).Map;
        Assert.Equal((new Epoch(8), ConsistencyMode.Available, WriteQuorum.All), (empty.Epoch, empty.Mode, empty.WriteQuorum));
    }

    [Fact]
    public void Install_NamesWhoComesAndGoes_AndWhy()
    {
        var plan = Assert.IsType<MapPlan.Install>(MapPlanner.Plan(Map("a b c d all"), Nodes("a b' c-:D d:d e"), false, Options));
        Assert.Equal(["b'", "e"], plan.Joining.Select(Show));
        Assert.Equal(["b", "c", "d"], plan.Leaving.Select(Show));
        foreach (var word in new[] { "replaced", "grace", "drained", "joins" })
            Assert.Contains(word, plan.Reason, StringComparison.Ordinal);
        Assert.Equal(["c"], Assert.IsType<MapPlan.Install>(MapPlanner.Plan(Map("a b c|a b"), [], true, Options)).Leaving.Select(Show));
    }

    /// <summary>The last place in a map is an operator's.</summary>
    [Fact]
    public void GenerationsArePiledUp_ToOneBelowTheLimit()
    {
        var map = Map(string.Join('|', Enumerable.Repeat("a b c d", MapPlanner.MaxPlannedGenerations - 1)));
        Assert.IsType<MapPlan.Install>(MapPlanner.Plan(map, Nodes("a b c d-"), false, Options));
        map = Map(string.Join('|', Enumerable.Repeat("a b c d", MapPlanner.MaxPlannedGenerations)));
        Assert.Contains("generations", Assert.IsType<MapPlan.Nothing>(MapPlanner.Plan(map, Nodes("a b c d-"), false, Options)).Reason, StringComparison.Ordinal);
        Assert.Equal(ClusterMap.MaxGenerations, MapPlanner.Recover(map!, Nodes("a b c d-"), Options)!.Map.Generations.Length);
    }

    /// <summary>With more nodes than replicas two deaths at once take the quorum of some slots only; those decide.</summary>
    [Fact]
    public void TwoOfFiveLostAtOnce_CountsTheSlotsThatHadBoth()
    {
        var map = Map("a b c d e")!;
        var both = Enumerable.Range(0, Slot.Count).Count(slot => map[new Slot((ushort)slot)].Replicas.ToArray().Count(static node => node.Name is "d" or "e") == 2);
        var plan = Assert.IsType<MapPlan.MajorityLost>(MapPlanner.Plan(map, Nodes("a b c d- e-"), false, Options));
        Assert.Equal(both, plan.Slots);
        Assert.InRange(both, 1, Slot.Count - 1);
    }

    [Fact]
    public void TwoNodesOfOneName_AreRefused() =>
        Assert.Throws<ArgumentException>(() => MapPlanner.Plan(Map("a b c"), Nodes("a b c c'"), false, Options));

    [Fact]
    public void Recover_MarksWhoIsGone_AndSaysWhatMayBeLost()
    {
        var recovery = MapPlanner.Recover(Map("a b c|a b d")!, Nodes("a b- c- d-:D e"), Options)!;
        Assert.Equal("a b! c!|a b! d!|a e", Show(recovery.Map));
        Assert.Equal(["b", "c", "d"], recovery.Lost.Select(Show));
        Assert.Equal((Slot.Count, 0), (recovery.SlotsAtRisk.Length, recovery.SlotsGone.Length));
        Assert.Equal(new Epoch(2), recovery.Map.Epoch);
        // The way out leads somewhere: what remains is planned like any other map.
        Assert.Equal("nothing", Show(MapPlanner.Plan(recovery.Map, Nodes("a b- c- d-:D e"), false, Options)));
        Assert.Equal("Converged a e", Show(MapPlanner.Plan(recovery.Map, Nodes("a b- c- d-:D e"), true, Options)));
    }

    [Fact]
    public void Recover_DropsGenerationsOfWhichNobodyIsLeft()
    {
        var recovery = MapPlanner.Recover(Map("a b|c d e")!, Nodes("a- b- c d- e-"), Options)!;
        Assert.Equal("c d! e!|c", Show(recovery.Map));
        recovery = MapPlanner.Recover(Map("a b c")!, Nodes("a- b- c- d"), Options)!;
        Assert.Equal("d", Show(recovery.Map));
        Assert.Equal((0, Slot.Count), (recovery.SlotsAtRisk.Length, recovery.SlotsGone.Length));
    }

    [Fact]
    public void Recover_OfAMinority_PutsNothingAtRisk()
    {
        var recovery = MapPlanner.Recover(Map("a b c")!, Nodes("a b c-"), Options)!;
        Assert.Equal("a b c!|a b", Show(recovery.Map));
        Assert.Equal((0, 0), (recovery.SlotsAtRisk.Length, recovery.SlotsGone.Length));
    }

    [Fact]
    public void Recover_KeepsADrainedNode_WhereItIsTheLast() =>
        Assert.Equal("a b! c!|a", Show(MapPlanner.Recover(Map("a b c")!, Nodes("a:d b- c- d:d"), Options)!.Map));

    [Fact]
    public void Recover_WithNobodyAlive_IsRefused() => Assert.Null(MapPlanner.Recover(Map("a b c")!, Nodes("a- b- c- d:d"), Options));

    [Fact]
    public void BadOptions_AreAllNamedAtOnce()
    {
        var bad = new MapPlannerOptions { FormationSize = 0, WriteQuorum = 0, Grace = TimeSpan.FromSeconds(-1), DurableGrace = TimeSpan.FromSeconds(-2) };
        var fault = Assert.Throws<ArgumentException>(bad.Validate);
        foreach (var name in new[] { nameof(MapPlannerOptions.FormationSize), nameof(MapPlannerOptions.WriteQuorum), nameof(MapPlannerOptions.Grace), nameof(MapPlannerOptions.DurableGrace) })
            Assert.Contains(name, fault.Message, StringComparison.Ordinal);
        Options.Validate();
    }

    private static NodeId Node(string text) => Maps.Node(text.TrimEnd('\'', '!'), store: text.Contains('\'', StringComparison.Ordinal) ? 1_000 : 0);

    private static ClusterMap? Map(string text)
    {
        if (text.Length == 0)
            return null;
        var quorum = text.EndsWith(" all", StringComparison.Ordinal) ? WriteQuorum.All : WriteQuorum.Majority;
        var generations = text.Replace(" all", "", StringComparison.Ordinal).Split('|').Select(part => part.Split(' '))
            .Select(names => new Generation(names.Select(Node), quorum, names.Where(static name => name.EndsWith('!')).Select(Node)));
        return new ClusterMap(new Epoch(1), ConsistencyMode.Consistent, generations);
    }

    private static List<PlannedNode> Nodes(string text) => [.. text.Split(' ').Select(static part =>
    {
        var words = part.Split(':');
        var marks = words.Length > 1 ? words[1] : "";
        var name = words[0].TrimEnd('-', '~');
        return new PlannedNode(
            Node(name), IsAlive: name == words[0], words[0].EndsWith('-') ? Long : TimeSpan.Zero,
            IsDraining: marks.Contains('d', StringComparison.Ordinal), IsDurable: marks.Contains('D', StringComparison.Ordinal), WasMember: marks.Contains('m', StringComparison.Ordinal));
    })];

    private static string Show(NodeId node) => node == Node(node.Name) ? node.Name : node.Name + "'";

    private static string Show(ClusterMap map) =>
        string.Join('|', map.Generations.Select(static generation => string.Join(' ', generation.Nodes.Select(node => Show(node) + (generation.Lost.Contains(node) ? "!" : "")))))
        + (map.WriteQuorum == WriteQuorum.All ? " all" : "");

    private static string Show(MapPlan plan) => plan switch
    {
        MapPlan.Install install => $"{install.Change} {Show(install.Map)}",
        MapPlan.MajorityLost lost => $"lost {string.Join(' ', lost.Nodes.Select(Show))}",
        MapPlan.MajorityAway away => $"away {string.Join(' ', away.Nodes.Select(Show))}",
        MapPlan.Nothing { LookAgain: { } later } => $"nothing until {later}",
        _ => "nothing",
    };
}
