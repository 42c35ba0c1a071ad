using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>A proposer under a map with several generations: it asks all of them, adopts from any, and accepts in the newest alone.</summary>
public sealed class GenerationTests
{
    private static readonly Moment Now = new(0, 1_000);
    private readonly Dictionary<string, Register> _registers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Floor> _floors = new(StringComparer.Ordinal);
    private readonly List<string> _accepts = [];
    private ClusterMap _map = Map("a b c|d e f|g h i");

    private static ClusterMap Map(string text, long epoch = 2) => new(
        new Epoch(epoch),
        ConsistencyMode.Consistent,
        text.Split('|').Select(part => part.Split(' ')).Select(names => new Generation(
            names.Select(static name => Maps.Node(name.TrimEnd('!'))), WriteQuorum.Majority, names.Where(static name => name.EndsWith('!')).Select(static name => Maps.Node(name.TrimEnd('!'))))));

    private Proposer Create(Faults faults = Faults.None) => new(Samples.Key, new ProposerId(7, 1), _map, Maps.Node("g"), new ProposerOptions(), seed: 1, faults);

    private static Operation Fetch => Samples.Operation(OperationKind.Fetch, 1, 1);

    private void Hold(string nodes, long ballot, string value)
    {
        foreach (var node in nodes.Split(' '))
            _registers[node] = new Register(Samples.Ballot(ballot), Samples.Ballot(ballot), Samples.State(ballot, value));
    }

    /// <summary>Lets these nodes answer whatever comes, and the others keep silent.</summary>
    private Outcome[] Run(Proposer proposer, string nodes)
    {
        var answering = nodes.Split(' ');
        var answers = new List<Outcome>();
        while (!proposer.Effects.IsEmpty)
        {
            answers.AddRange(proposer.Effects.Answers.ToArray().Select(static answer => answer.Outcome));
            var sends = proposer.Effects.Sends.ToArray();
            proposer.Effects.Clear();
            foreach (var send in sends)
            {
                if (send.Request is AcceptRequest)
                    _accepts.Add(send.Node.Name);
                if (!answering.Contains(send.Node.Name))
                    continue;
                var step = Acceptor.Handle(_map, _registers.GetValueOrDefault(send.Node.Name), _floors.GetValueOrDefault(send.Node.Name), send.Request);
                _registers[send.Node.Name] = step.Register;
                proposer.Receive(send.Node, step.Reply!, Now);
            }
        }

        return [.. answers];
    }

    private static string Text(Outcome outcome) => System.Text.Encoding.UTF8.GetString(Assert.IsType<Outcome.Found>(outcome).State.Value.Span);

    [Fact]
    public void StateOfTheOldestGenerationAlone_IsAdopted_AndAcceptedInTheNewestAlone()
    {
        Hold("b c", 5, "old");
        var proposer = Create();
        proposer.Submit(Fetch, null, 1_000, Now);
        Assert.Equal("old", Text(Assert.Single(Run(proposer, "a b d e g h"))));
        Assert.Equal(["g", "h", "i"], _accepts.Order(StringComparer.Ordinal));
        Assert.Equal("old", System.Text.Encoding.UTF8.GetString(_registers["g"].State!.Value.Span));
        Assert.Null(_registers["d"].State);
    }

    [Fact]
    public void HighestBallot_Wins_WhicheverGenerationHasIt()
    {
        Hold("a b c", 5, "oldest");
        Hold("d e", 9, "middle");
        Hold("g", 7, "newest");
        var proposer = Create();
        proposer.Submit(Fetch, null, 1_000, Now);
        Assert.Equal("middle", Text(Assert.Single(Run(proposer, "a b c d e f g h i"))));
    }

    [Theory]
    [InlineData("d e f g h i")]
    [InlineData("a d e f g h i")]
    [InlineData("a b c g h i")]
    [InlineData("a b c d g h i")]
    [InlineData("a b c d e f")]
    [InlineData("a b c d e f g")]
    public void GenerationWithoutItsQuorum_StopsEveryRound(string answering)
    {
        Hold("b c", 5, "old");
        var proposer = Create();
        proposer.Submit(Fetch, null, 1_000, Now);
        Assert.Empty(Run(proposer, answering));
        Assert.Empty(_accepts);
        Assert.False(proposer.IsIdle);
    }

    [Fact]
    public void SkipGeneration_IsAFaultThatIsReallyThere()
    {
        Hold("a b c", 5, "old");
        var proposer = Create(Faults.SkipGeneration);
        proposer.Submit(Fetch, null, 1_000, Now);
        Assert.Equal([Outcome.NotFound.Instance], Run(proposer, "d e f g h i"));
    }

    /// <summary>A read's short way would ask the newest generation, where a committed state may not have arrived.</summary>
    [Fact]
    public void ReadsAlone_AreFullRounds_WhileTheMapIsUnstable()
    {
        var proposer = Create();
        proposer.Submit(Fetch, null, 1_000, Now);
        Assert.All(proposer.Effects.Sends.ToArray(), static send => Assert.IsType<PrepareRequest>(send.Request));
        Assert.Equal(9, proposer.Effects.Sends.Length);
    }

    [Fact]
    public void FloorsOfOlderGenerations_AreStartedAbove()
    {
        _floors["b"] = new Floor(Samples.Ballot(3), 41, HybridTimestamp.FromUnixMilliseconds(50_000));
        var proposer = Create();
        proposer.Submit(Samples.Operation(OperationKind.Store, 1, 1, "x"), null, 1_000, Now);
        Assert.Equal([new Outcome.Stored(42, Created: true)], Run(proposer, "a b d e g h"));
        Assert.True(_registers["g"].State!.Stamp > _floors["b"].Stamp);
    }

    [Fact]
    public void LostNodes_AreNeitherAskedNorWaitedFor()
    {
        _map = Map("a b! c!|a d e");
        Hold("a", 5, "survivor");
        var proposer = Create();
        proposer.Submit(Fetch, null, 1_000, Now);
        Assert.DoesNotContain(proposer.Effects.Sends.ToArray(), static send => send.Node.Name is "b" or "c");
        Assert.Equal("survivor", Text(Assert.Single(Run(proposer, "a d"))));
    }

    /// <summary>A lease was promised by the old map's nodes to an old epoch: under a new map every key begins with a Prepare.</summary>
    [Fact]
    public void NewMap_VoidsTheLease_AndWhatWasKnown()
    {
        _map = Map("a b c", epoch: 1);
        var proposer = Create();
        proposer.Submit(Samples.Operation(OperationKind.Store, 1, 1, "x"), null, 1_000, Now);
        Run(proposer, "a b c");
        Assert.NotEqual(Ballot.Zero, proposer.KnownBallot);
        _map = Map("a b c|a b d", epoch: 2);
        proposer.ChangeMap(_map, Now);
        Assert.Equal(Ballot.Zero, proposer.KnownBallot);
        proposer.Submit(Samples.Operation(OperationKind.Store, 1, 2, "y"), null, 1_000, Now);
        Assert.All(proposer.Effects.Sends.ToArray(), static send => Assert.IsType<PrepareRequest>(send.Request));
        Assert.Equal([new Outcome.Stored(2, Created: false)], Run(proposer, "a b c d"));
    }

    /// <summary>
    /// Why the epoch leads the ballot. Under {a b c} a proposer that had lost many rounds left a state on c alone, under a high number. The key moved to {c d e}, where d and e
    /// hold what was committed under a low one, and a newcomer, who need not hear of c, goes on counting from there. What it commits must win against c.
    /// </summary>
    [Theory]
    [InlineData((int)Faults.None, "new")]
    [InlineData((int)Faults.BallotsWithoutEpoch, "lost")]
    public void HighNumberOfAnOldEpoch_LosesAgainstTheNewOne(int faults, string expected)
    {
        Hold("a b d e", 1, "committed");
        Hold("c", 50, "lost");
        _map = Map("c d e", epoch: 3);
        var writer = Create((Faults)faults);
        writer.Submit(Samples.Operation(OperationKind.Store, 1, 1, "new"), null, 1_000, Now);
        Assert.IsType<Outcome.Stored>(Assert.Single(Run(writer, "d e")));
        var reader = new Proposer(Samples.Key, new ProposerId(8, 1), _map, Maps.Node("c"), new ProposerOptions(), seed: 1, (Faults)faults);
        reader.Submit(Fetch, null, 1_000, Now);
        Assert.Equal(expected, Text(Assert.Single(Run(reader, "c d e"))));
    }
}
