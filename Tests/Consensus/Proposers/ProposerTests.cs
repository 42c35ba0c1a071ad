using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>What the traces do not show: bounds, closing, floors, and invariants that stop the node.</summary>
public sealed class ProposerTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3);
    private static readonly Placement Placement = Map[Samples.Key];
    private static readonly Moment Now = new(0, 1_000);

    private static Proposer Create(ProposerOptions? options = null) =>
        new(Samples.Key, new ProposerId(1, 1), Map, Placement.Nodes[0], options ?? new ProposerOptions(), seed: 1);

    private static Operation Store(long number) => Samples.Operation(OperationKind.Store, 1, number, "x");

    private static Outcome[] Answers(Proposer proposer) => [.. proposer.Effects.Answers.ToArray().Select(static answer => answer.Outcome)];

    private static Request Sent(Proposer proposer) => proposer.Effects.Sends[^1].Request;

    /// <summary>Answers the newest requests on all three registers.</summary>
    private static void Exchange(Proposer proposer, Register[] registers, Floor floor = default)
    {
        var sends = proposer.Effects.Sends.ToArray();
        proposer.Effects.Clear();
        foreach (var send in sends)
        {
            var index = Placement.IndexOf(send.Node);
            var step = Acceptor.Handle(Map, registers[index], floor, send.Request);
            registers[index] = step.Register;
            proposer.Receive(send.Node, step.Reply!, Now);
        }
    }

    [Fact]
    public void FullQueue_RefusesAtOnce_AsNotDone()
    {
        var proposer = Create(new ProposerOptions { MaxQueued = 2 });
        for (var i = 1; i <= 3; i++)
            proposer.Submit(Store(i), null, 1_000, Now);
        Assert.Equal([new Outcome.NotDone(GivenUp.Overloaded)], Answers(proposer));
    }

    [Fact]
    public void NoPatience_IsAnsweredAtOnce()
    {
        var proposer = Create();
        proposer.Submit(Store(1), "ticket", 0, Now);
        Assert.Equal([new Outcome.NotDone(GivenUp.TimedOut)], Answers(proposer));
        Assert.Equal("ticket", proposer.Effects.Answers[0].Ticket);
        Assert.True(proposer.IsIdle);
        Assert.Equal(Moment.Never, proposer.WakeAt);
    }

    [Fact]
    public void Close_AnswersAllThatWaits_AsExactlyAsCanBe()
    {
        var registers = new Register[3];
        var proposer = Create();
        proposer.Submit(Store(1), null, 1_000, Now);
        Exchange(proposer, registers);
        Assert.IsType<AcceptRequest>(Sent(proposer));
        proposer.Submit(Store(2), null, 1_000, Now);
        proposer.Close();
        proposer.Submit(Store(3), null, 1_000, Now);
        Assert.Equal(
            [new Outcome.Unknown(GivenUp.Closed), new Outcome.NotDone(GivenUp.Closed), new Outcome.NotDone(GivenUp.Closed)],
            Answers(proposer));
        Assert.Equal(Moment.Never, proposer.WakeAt);
    }

    [Fact]
    public void OperationNumberedBelowItsOwnMark_IsACallersFault() =>
        Assert.Throws<ArgumentException>(() => Create().Submit(Samples.Operation(OperationKind.Store, 1, 1, "x", mark: 2), null, 1_000, Now));

    [Fact]
    public void WriteAfterAPurge_StartsAboveEveryFloorItSaw()
    {
        var floor = new Floor(Samples.Ballot(7, host: 9), 41, HybridTimestamp.FromUnixMilliseconds(50_000));
        var registers = new Register[3];
        var proposer = Create();
        proposer.Submit(Store(1), null, 1_000, Now);
        for (var i = 0; i < 4; i++)
            Exchange(proposer, registers, floor);
        Assert.Equal(42, proposer.KnownState!.Version);
        Assert.True(proposer.KnownState.Stamp > floor.Stamp);
        Assert.True(proposer.KnownBallot > floor.Ballot);
    }

    /// <summary>A quorum that has forgotten a committed state is no quorum to go on with (an acceptor that came back empty under its old identity).</summary>
    [Fact]
    public void CommittedStateThatIsGone_StopsTheNode()
    {
        var registers = new Register[3];
        var proposer = Create();
        proposer.Submit(Store(1), null, 1_000, Now);
        Exchange(proposer, registers);
        Exchange(proposer, registers);
        Array.Clear(registers);
        registers[0] = new Register(Samples.Ballot(9, host: 9), default, null);
        registers[1] = registers[2] = registers[0];
        proposer.Submit(Store(2), null, 1_000, Now);
        Exchange(proposer, registers);
        proposer.Tick(new Moment(100, 1_100));
        Assert.Throws<InvariantViolationException>(() => Exchange(proposer, registers));
    }

    [Fact]
    public void TwoStatesUnderOneBallot_StopTheNode()
    {
        var proposer = Create();
        proposer.Submit(Store(1), null, 1_000, Now);
        var prepare = (PrepareRequest)Sent(proposer);
        proposer.Receive(Placement.Nodes[0], new PromisedReply(prepare.Round, prepare.Ballot, Samples.Ballot(1, 0), Samples.State(1), default), Now);
        Assert.Throws<InvariantViolationException>(() =>
            proposer.Receive(Placement.Nodes[1], new PromisedReply(prepare.Round, prepare.Ballot, Samples.Ballot(1, 0), Samples.State(2), default), Now));
    }

    /// <summary>Matched by the whole ballot and the round: a reply that fits in one but not in the other is nobody's.</summary>
    [Fact]
    public void RepliesOfAnotherRoundOrBallot_AreIgnored()
    {
        var proposer = Create();
        proposer.Submit(Store(1), null, 1_000, Now);
        var prepare = (PrepareRequest)Sent(proposer);
        proposer.Effects.Clear();
        foreach (var node in Placement.Nodes)
        {
            proposer.Receive(node, new PromisedReply(prepare.Round + 1, prepare.Ballot, default, null, default), Now);
            proposer.Receive(node, new PromisedReply(prepare.Round, prepare.Ballot.Next(), default, null, default), Now);
            proposer.Receive(node, new AcceptedReply(prepare.Round, prepare.Ballot), Now);
            proposer.Receive(Maps.Node("stranger"), new PromisedReply(prepare.Round, prepare.Ballot, default, null, default), Now);
            proposer.Fail(node, prepare.Round - 1, Now);
        }

        Assert.True(proposer.Effects.IsEmpty);
    }

    [Fact]
    public void BallotsOfOneProposer_NeverRepeat_WhateverHappens()
    {
        var seen = new HashSet<Ballot>();
        var random = new Random(3);
        var registers = new Register[3];
        var proposer = Create();
        var now = Now;
        for (var step = 1; step < 3_000; step++)
        {
            if (proposer.IsIdle)
                proposer.Submit(Store(step), null, now.Ticks + 5_000, now);
            var sends = proposer.Effects.Sends.ToArray();
            proposer.Effects.Clear();
            foreach (var request in sends.Select(static send => send.Request).OfType<AcceptRequest>().Distinct())
                Assert.True(seen.Add(request.Ballot), $"{request.Ballot} again");
            foreach (var send in sends)
            {
                var fate = random.Next(4);
                if (fate == 0)
                    continue;
                var index = Placement.IndexOf(send.Node);
                var result = Acceptor.Handle(Map, registers[index], default, send.Request);
                registers[index] = result.Register;
                // Now and then somebody else's promise gets in between.
                if (random.Next(20) == 0)
                    registers[index] = registers[index] with { Promised = result.Register.Promised with { Number = result.Register.Promised.Number + 3 } };
                if (fate == 1)
                    proposer.Fail(send.Node, send.Request.Round, now);
                else
                    proposer.Receive(send.Node, result.Reply!, now);
            }

            now = new Moment(now.Ticks + 50, now.UnixMilliseconds + 50);
            proposer.Tick(now);
        }

        Assert.True(seen.Count > 100);
    }

    [Fact]
    public void BadOptions_AreAllNamedAtOnce()
    {
        var fault = Assert.Throws<ArgumentException>(() => new ProposerOptions { RoundTimeoutMilliseconds = 0, MaxQueued = 0 }.Validate());
        Assert.Contains(nameof(ProposerOptions.RoundTimeoutMilliseconds), fault.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ProposerOptions.MaxQueued), fault.Message, StringComparison.Ordinal);
        new ProposerOptions().Validate();
    }
}
