using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Proposers;

/// <summary>
/// One replica promises, one refuses, one keeps silent: the round is not lost, but only the silent one could win it. It ends long before its time.
/// </summary>
public sealed class SilentReplicaTests
{
    private static readonly ClusterMap Map = Maps.Stable(WriteQuorum.Majority, 3);
    private static readonly Placement Placement = Map[Samples.Key];
    private static readonly ProposerOptions Options = new() { RoundTimeoutMilliseconds = 2_000, ReadHedgeMilliseconds = 25, BackoffMilliseconds = 1, MaxBackoffMilliseconds = 1 };
    private static readonly Moment Now = new(0, 1_000);
    private readonly Proposer _proposer = new(Samples.Key, new ProposerId(7, 1), Map, Placement.Nodes[0], Options, seed: 1);

    private PrepareRequest Prepare()
    {
        var prepare = Assert.IsType<PrepareRequest>(_proposer.Effects.Sends[0].Request);
        _proposer.Effects.Clear();
        return prepare;
    }

    private void Refuse(int node, PrepareRequest prepare) =>
        _proposer.Receive(Placement.Nodes[node], new RefusedReply(prepare.Round, prepare.Ballot, Samples.Ballot(50)), Now);

    private void Promise(int node, PrepareRequest prepare) =>
        _proposer.Receive(Placement.Nodes[node], new PromisedReply(prepare.Round, prepare.Ballot, default, null, default), Now);

    [Fact]
    public void RefusalWithOnlyASuspectOutstanding_BeginsAHigherRoundAtOnce()
    {
        _proposer.Submit(Samples.Operation(OperationKind.Store, 1, 1, "x"), null, 10_000, Now);
        var prepare = Prepare();
        _proposer.Fail(Placement.Nodes[2], round: -1, Now);
        Promise(0, prepare);
        Assert.True(_proposer.Effects.IsEmpty);
        Refuse(1, prepare);
        Assert.True(Prepare().Ballot.Number > 50);
    }

    [Fact]
    public void RefusalWithAnybodyOutstanding_WaitsNoLongerThanAReadWould()
    {
        _proposer.Submit(Samples.Operation(OperationKind.Store, 1, 1, "x"), null, 10_000, Now);
        var prepare = Prepare();
        Refuse(1, prepare);
        Promise(0, prepare);
        Assert.True(_proposer.Effects.IsEmpty);
        Assert.Equal(25, _proposer.WakeAt);
        _proposer.Tick(new Moment(24, 1_024));
        Assert.True(_proposer.Effects.IsEmpty);
        _proposer.Tick(new Moment(25, 1_025));
        Assert.True(Prepare().Ballot.Number > 50);
    }

    /// <summary>Without a refusal there is nothing to do better than wait: the happy path arms no timer but the round's.</summary>
    [Fact]
    public void WithoutARefusal_TheRoundHasItsTime()
    {
        _proposer.Submit(Samples.Operation(OperationKind.Store, 1, 1, "x"), null, 10_000, Now);
        var prepare = Prepare();
        Promise(0, prepare);
        Assert.Equal(2_000, _proposer.WakeAt);
        _proposer.Tick(new Moment(1_999, 2_999));
        Assert.True(_proposer.Effects.IsEmpty);
        Promise(2, prepare);
        Assert.IsType<AcceptRequest>(_proposer.Effects.Sends[0].Request);
    }

    [Fact]
    public void RoundWithALargeState_HasMoreTime_BeforeItIsMovedOnceMore()
    {
        _proposer.Submit(Samples.Operation(OperationKind.Store, 1, 1, new string('x', 4 << 20)), null, 10_000, Now);
        var prepare = Prepare();
        Promise(0, prepare);
        Promise(2, prepare);
        Assert.IsType<AcceptRequest>(_proposer.Effects.Sends[0].Request);
        Assert.Equal(2_000 + (4 * ProposerOptions.Default.RoundTimeoutPerMebibyteMilliseconds), _proposer.WakeAt);
    }

    /// <summary>The gap this closes: a read finds a replica that has missed the key, the third one is paused, and the other one has promised to somebody.</summary>
    [Fact]
    public void ReadThatMeetsAStaleAndASilentReplica_IsAnsweredInTimeForACaller()
    {
        Register fresh = new(Samples.Ballot(9).Next(), Samples.Ballot(9), Samples.State(4)), stale = Register.Absent;
        _proposer.Submit(Samples.Operation(OperationKind.Fetch, 1, 1), null, 10_000, Now);
        long clock = 0;
        Outcome? answer = null;
        while (answer is null && clock < 2_000)
        {
            var sends = _proposer.Effects.Sends.ToArray();
            _proposer.Effects.Clear();
            foreach (var send in sends)
            {
                var index = Placement.IndexOf(send.Node);
                if (index == 0)
                    continue;
                ref var register = ref index == 1 ? ref fresh : ref stale;
                var step = Acceptor.Handle(Map, register, default, send.Request);
                register = step.Register;
                _proposer.Receive(send.Node, step.Reply!, new Moment(clock, clock));
            }

            if (!_proposer.Effects.Answers.IsEmpty)
                answer = _proposer.Effects.Answers[0].Outcome;
            else if (_proposer.Effects.IsEmpty)
                _proposer.Tick(new Moment(clock = Math.Max(clock + 1, _proposer.WakeAt), clock));
        }

        Assert.Equal(4, Assert.IsType<Outcome.Found>(answer).State.Version);
        Assert.InRange(clock, 0, 60);
    }
}
