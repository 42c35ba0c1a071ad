using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>Settling: a round that changes nothing, and leaves w nodes of the newest generation with the newest state.</summary>
public sealed class SettleTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3);
    private static readonly Placement Placement = Map[Samples.Key];
    private static readonly Moment Now = new(0, 1_000);
    private readonly Register[] _registers = new Register[3];
    private readonly List<Request> _requests = [];
    private Floor _floor;

    private static Proposer Create(Faults faults = Faults.None) =>
        new(Samples.Key, new ProposerId(7, 1), Map, Placement.Nodes[0], new ProposerOptions(), seed: 1, faults);

    private List<Answer> Run(Proposer proposer)
    {
        var answers = new List<Answer>();
        while (!proposer.Effects.IsEmpty)
        {
            answers.AddRange(proposer.Effects.Answers);
            var sends = proposer.Effects.Sends.ToArray();
            proposer.Effects.Clear();
            foreach (var send in sends)
            {
                _requests.Add(send.Request);
                var index = Placement.IndexOf(send.Node);
                var step = Acceptor.Handle(Map, _registers[index], _floor, send.Request);
                _registers[index] = step.Register;
                proposer.Receive(send.Node, step.Reply!, Now);
            }
        }

        return answers;
    }

    [Fact]
    public void HalfAcceptedState_IsAcceptedEverywhere_AsItStands()
    {
        var state = Samples.State(3);
        _registers[0] = new Register(Samples.Ballot(4), Samples.Ballot(4), state);
        _registers[1] = _registers[0];
        var proposer = Create();
        proposer.Settle("ticket", 1_000, Now);
        var answer = Assert.Single(Run(proposer));
        Assert.Equal("ticket", answer.Ticket);
        Assert.Equal(new Outcome.Settled(proposer.KnownBallot), answer.Outcome);
        Assert.All(_registers, register => Assert.Equal((proposer.KnownBallot, state), (register.Accepted, register.State)));
        Assert.DoesNotContain(_requests, static request => request is ReadRequest);
    }

    /// <summary>The floor may come from other keys of the slot: a value that is only moved keeps its version, or "if version" would fail for no reason.</summary>
    [Fact]
    public void ValueThatIsOnlyMoved_KeepsItsVersion_WhateverTheFloor()
    {
        Array.Fill(_registers, new Register(Samples.Ballot(4), Samples.Ballot(4), Samples.State(3)));
        _floor = new Floor(Samples.Ballot(2), 41, HybridTimestamp.FromUnixMilliseconds(50_000));
        var proposer = Create();
        proposer.Settle(null, 1_000, Now);
        Run(proposer);
        Assert.All(_registers, static register => Assert.Equal(3, register.State!.Version));
        var other = new Proposer(Samples.Key, new ProposerId(8, 1), Map, Placement.Nodes[0], new ProposerOptions(), seed: 1);
        other.Submit(Samples.Operation(OperationKind.Store, 1, 1, "y"), null, 1_000, Now);
        other.Settle(null, 1_000, Now);
        Assert.Contains(new Outcome.Stored(42, Created: false), Run(other).Select(static answer => answer.Outcome));
    }

    [Fact]
    public void NothingAnywhere_NeedsNoAccept()
    {
        var proposer = Create();
        proposer.Settle(null, 1_000, Now);
        Assert.Equal(new Outcome.Settled(Ballot.Zero), Assert.Single(Run(proposer)).Outcome);
        Assert.All(_registers, static register => Assert.Null(register.State));
        Assert.True(proposer.IsIdle);
    }

    /// <summary>Whoever asks what an absent key holds needs the tombstone: "not found" is an answer about a committed state.</summary>
    [Fact]
    public void NothingAnywhere_IsWrittenDown_WhereSomebodyReadsAsWell()
    {
        var proposer = Create();
        proposer.Settle(null, 1_000, Now);
        proposer.Submit(Samples.Operation(OperationKind.Fetch, 1, 1), null, 1_000, Now);
        var answers = Run(proposer);
        Assert.Equal([new Outcome.Settled(proposer.KnownBallot), Outcome.NotFound.Instance], answers.Select(static answer => answer.Outcome));
        Assert.All(_registers, static register => Assert.True(register.State!.IsTombstone));
    }

    [Fact]
    public void AcceptNothing_IsAFaultThatIsReallyThere()
    {
        _registers[0] = new Register(Samples.Ballot(1), Samples.Ballot(1), Samples.State(1));
        var proposer = Create(Faults.AcceptNothing);
        proposer.Submit(Samples.Operation(OperationKind.Fetch, 1, 1), null, 1_000, Now);
        var sends = proposer.Effects.Sends.ToArray();
        proposer.Effects.Clear();
        // The two empty nodes say so, the third one's state is not heard of: a read that a proposal must finish.
        foreach (var send in sends)
            proposer.Receive(send.Node, new ReadReply(send.Request.Round, send.Node == sends[0].Node ? Samples.Ballot(1) : default, send.Node == sends[0].Node ? Samples.State(1) : null), Now);
        var prepares = proposer.Effects.Sends.ToArray();
        proposer.Effects.Clear();
        var floor = new Floor(default, 41, new HybridTimestamp(7));
        foreach (var send in prepares.Skip(1))
            proposer.Receive(send.Node, new PromisedReply(send.Request.Round, ((PrepareRequest)send.Request).Ballot, default, null, floor), Now);
        Assert.Empty(proposer.Effects.Answers.ToArray());
        Assert.All(proposer.Effects.Sends.ToArray(), static send => Assert.Equal(0, Assert.IsType<AcceptRequest>(send.Request).State.Version));
    }

    [Fact]
    public void RefusalBeforeAccept_IsAFaultThatIsReallyThere()
    {
        var proposer = Create(Faults.RefusalBeforeAccept);
        proposer.Submit(Samples.Operation(OperationKind.Delete, 1, 1), null, 1_000, Now);
        var sends = proposer.Effects.Sends.ToArray();
        proposer.Effects.Clear();
        foreach (var send in sends)
            proposer.Receive(send.Node, new PromisedReply(send.Request.Round, ((PrepareRequest)send.Request).Ballot, default, null, default), Now);
        Assert.Equal(Outcome.NotFound.Instance, Assert.Single(proposer.Effects.Answers.ToArray()).Outcome);
        Assert.Equal(3, proposer.Effects.Sends.Length);
    }

    [Fact]
    public void NobodyAnswers_EndsAsNotDone_WithThePatienceOfTheCaller()
    {
        var proposer = Create();
        proposer.Settle(null, 100, Now);
        proposer.Effects.Clear();
        proposer.Tick(new Moment(100, 1_100));
        Assert.Equal(new Outcome.NotDone(GivenUp.TimedOut), Assert.Single(proposer.Effects.Answers.ToArray()).Outcome);
        proposer = Create();
        proposer.Close();
        proposer.Settle(null, 100, Now);
        Assert.Equal(new Outcome.NotDone(GivenUp.Closed), Assert.Single(proposer.Effects.Answers.ToArray()).Outcome);
    }

    /// <summary>Its accept went out and the quorum failed: still "not done" and not "unknown", as settling again is always safe.</summary>
    [Fact]
    public void FailedAccept_IsNotUnknown()
    {
        Array.Fill(_registers, new Register(Samples.Ballot(4), Samples.Ballot(4), Samples.State(3)));
        var proposer = Create();
        proposer.Settle(null, 1_000, Now);
        foreach (var send in proposer.Effects.Sends.ToArray())
        {
            var prepare = (PrepareRequest)send.Request;
            proposer.Receive(send.Node, new PromisedReply(prepare.Round, prepare.Ballot, Samples.Ballot(4), Samples.State(3), default), Now);
        }

        var accept = Assert.IsType<AcceptRequest>(proposer.Effects.Sends[^1].Request);
        proposer.Effects.Clear();
        foreach (var node in Placement.Nodes)
            proposer.Fail(node, accept.Round, Now);
        Assert.Equal(new Outcome.NotDone(GivenUp.NoQuorum), Assert.Single(proposer.Effects.Answers.ToArray()).Outcome);
    }
}
