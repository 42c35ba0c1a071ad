using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Acceptors;

public sealed class AcceptorTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3, epoch: 5);
    private static readonly Epoch Now = Map.Epoch;

    /// <summary>Ten thousand short histories of a few ballots in every order, with and without a floor, against the dumb twin.</summary>
    [Fact]
    public void Acceptor_AgreesWithTheNaiveOne_WhateverComes()
    {
        var random = new Random(11);
        var broken = 0;
        for (var history = 0; history < 10_000; history++)
        {
            var floor = random.Next(3) == 0 ? new Floor(Any(random), 3, new HybridTimestamp(4)) : Floor.None;
            var naive = new NaiveAcceptor(floor);
            var register = Register.Absent;
            for (var step = 0; step < 12; step++)
            {
                var request = AnyRequest(random, step);
                var expected = naive.Handle(request);
                if (expected == "broken")
                {
                    Assert.Throws<InvariantViolationException>(() => Acceptor.Handle(Map, register, floor, request));
                    broken++;
                    break;
                }

                var result = Acceptor.Handle(Map, register, floor, request);
                Assert.Equal(expected, NaiveAcceptor.Show(result.Reply!));
                Assert.Equal(result.Changed, result.Register != register);
                Assert.Equal(request.Round, result.Reply!.Round);
                Assert.True(result.Register.Promised >= register.Promised, "a promise fell");
                Assert.True(result.Register.Accepted >= register.Accepted, "an accepted ballot fell");
                Assert.True(result.Register.State is null || result.Register.Promised >= result.Register.Accepted, "promised below accepted");
                register = result.Register;
                Assert.Equal(naive.Accepted, (register.Accepted, register.State));
            }
        }

        Assert.InRange(broken, 100, 9_000);
    }

    [Fact]
    public void OlderEpoch_IsRefusedWithTheMap_WhateverTheBallot()
    {
        var request = new PrepareRequest(Samples.Key, new Epoch(4), 9, Samples.Ballot(1_000, epoch: 4));
        var step = Acceptor.Handle(Map, Register.Absent, Floor.None, request);
        Assert.Same(Map, Assert.IsType<StaleEpochReply>(step.Reply).Map);
        Assert.False(step.Changed);
    }

    [Fact]
    public void NewerEpoch_IsNotAnswered_BeforeItsMapIsThere()
    {
        var step = Acceptor.Handle(Map, Register.Absent, Floor.None, new ReadRequest(Samples.Key, new Epoch(6), 1, default));
        Assert.True(step.NeedsNewerMap);
        Assert.False(step.Changed);
    }

    /// <summary>A redelivery carries an old ballot under the current epoch, and is an ordinary accept.</summary>
    [Fact]
    public void RedeliveredAccept_OfAnOlderEpochsBallot_IsTakenIn()
    {
        var accept = new AcceptRequest(Samples.Key, Now, 1, Samples.Ballot(3, epoch: 2), Samples.State(1), Samples.Ballot(3, epoch: 2));
        var step = Acceptor.Handle(Map, Register.Absent, Floor.None, accept);
        Assert.IsType<AcceptedReply>(step.Reply);
        Assert.Equal(Samples.Ballot(3, epoch: 2), step.Register.Promised);
    }

    [Fact]
    public void RepeatedAccept_AfterAHigherPromise_IsStillConfirmed_AndKeepsThePromise()
    {
        var register = new Register(Samples.Ballot(9, 2), Samples.Ballot(3), Samples.State(1));
        var step = Acceptor.Handle(Map, register, Floor.None, new AcceptRequest(Samples.Key, Now, 1, Samples.Ballot(3), Samples.State(1), Samples.Ballot(4)));
        Assert.IsType<AcceptedReply>(step.Reply);
        Assert.Equal(register, step.Register);
        Assert.False(step.Changed);
    }

    [Fact]
    public void PrepareOfTheLeasedBallot_IsRefused_AsItsOwnerMayUseItWithoutAsking()
    {
        var leased = Acceptor.Handle(Map, Register.Absent, Floor.None, new AcceptRequest(Samples.Key, Now, 1, Samples.Ballot(3), Samples.State(1), Samples.Ballot(4)));
        var step = Acceptor.Handle(Map, leased.Register, Floor.None, new PrepareRequest(Samples.Key, Now, 2, Samples.Ballot(4)));
        Assert.Equal(Samples.Ballot(4), Assert.IsType<RefusedReply>(step.Reply).Promised);
    }

    [Fact]
    public void AbsentKey_CountsAsPromisedAtTheFloor_AndTheFloorIsTold()
    {
        var floor = new Floor(Samples.Ballot(7), 12, new HybridTimestamp(99));
        var refused = Acceptor.Handle(Map, Register.Absent, floor, new PrepareRequest(Samples.Key, Now, 1, Samples.Ballot(7)));
        Assert.Equal(floor.Ballot, Assert.IsType<RefusedReply>(refused.Reply).Promised);
        Assert.IsType<RefusedReply>(Acceptor.Handle(Map, Register.Absent, floor, new AcceptRequest(Samples.Key, Now, 1, Samples.Ballot(6), Samples.State(1), default)).Reply);

        var promised = Acceptor.Handle(Map, Register.Absent, floor, new PrepareRequest(Samples.Key, Now, 1, Samples.Ballot(8)));
        Assert.Equal(floor, Assert.IsType<PromisedReply>(promised.Reply).Floor);
    }

    private static Ballot Any(Random random) => Samples.Ballot(1 + random.Next(4), (ulong)(1 + random.Next(2)));

    private static Request AnyRequest(Random random, int round)
    {
        var ballot = Any(random);
        return random.Next(5) switch
        {
            0 or 1 => new PrepareRequest(Samples.Key, Now, round, ballot),
            2 => new ReadRequest(Samples.Key, Now, round, random.Next(2) == 0 ? default : ballot),
            // Mostly one state per ballot, as it must be; now and then two, which must be noticed.
            _ => new AcceptRequest(Samples.Key, Now, round, ballot, Samples.State(ballot.Number * 2 + (random.Next(10) == 0 ? 1 : 0)), random.Next(2) == 0 ? ballot : ballot.Next()),
        };
    }
}
