using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>A silo's proposing half: the shell of one proposer per key. A crash forgets them all; those that follow have new ids.</summary>
internal sealed class SimulatedHost(Simulation simulation, int index, NodeId self)
{
    private static readonly string[] Names = ["h0", "h1", "h2", "h3", "h4", "h5", "h6"];

    private readonly ProposerOptions _options = new()
    {
        RoundTimeoutMilliseconds = 60,
        ReadHedgeMilliseconds = 12,
        BackoffMilliseconds = 4,
        MaxBackoffMilliseconds = 40,
        MaxQueued = 64,
        MaxRemembered = simulation.Options.MaxRemembered,
    };

    private readonly Dictionary<Key, Proposer> _proposers = [];
    private readonly Dictionary<Proposer, long> _armed = [];
    private ulong _instances;
    private int _incarnation;

    public int Index { get; } = index;

    public string Name => Names[Index];

    public bool IsUp { get; private set; } = true;

    public void Submit(Operation operation, Key key, int patience, Action<Outcome> respond)
    {
        if (!_proposers.TryGetValue(key, out var proposer))
            _proposers[key] = proposer = Create(key);
        simulation.Trace($"{Name} takes {operation}");
        proposer.Submit(operation, respond, simulation.Now + patience, simulation.Moment(Index));
        Drain(proposer);
    }

    public void Crash()
    {
        simulation.Trace($"{Name} crashes");
        IsUp = false;
        _incarnation++;
        _proposers.Clear();
        _armed.Clear();
    }

    public void Start() => IsUp = true;

    private Proposer Create(Key key)
    {
        var id = simulation.Options.Mutation == Mutation.ProposerIdReusedAfterRestart
            ? new ProposerId((ulong)Index + 1, 1)
            : new ProposerId((ulong)(Index + 1 + (_incarnation * 16)), ++_instances);
        var faults = simulation.Options.Mutation switch
        {
            Mutation.QuorumOfOne => Faults.QuorumOfOne,
            Mutation.BallotReusedAfterFailedAccept => Faults.ReuseBallotAfterFailedAccept,
            Mutation.ReadWithoutQuorum => Faults.ReadWithoutQuorum,
            Mutation.FailedTestAndSetForgotten => Faults.ForgetFailedTestAndSet,
            Mutation.MarkForgotten => Faults.IgnoreMarks,
            Mutation.DeadlineRuleOff => Faults.IgnoreDeadlines,
            Mutation.AnswerBeforeCommit => Faults.AnswerBeforeCommit,
            _ => Faults.None,
        };
        return new Proposer(key, id, simulation.Map, self, _options, (ulong)simulation.Random.NextInt64(), faults);
    }

    private void Drain(Proposer proposer)
    {
        foreach (ref readonly var answer in proposer.Effects.Answers)
        {
            simulation.Trace($"{Name} answers {answer.Operation}: {answer.Outcome}");
            ((Action<Outcome>)answer.Ticket!)(answer.Outcome);
        }

        foreach (ref readonly var send in proposer.Effects.Sends)
            Send(proposer, send);
        // The worst moments for a proposer to go: its messages are out, and nobody will be there for the replies.
        var crashes = !proposer.Effects.Sends.IsEmpty && simulation.Happens(simulation.Options.CrashAfterSend);
        proposer.Effects.Clear();
        Arm(proposer);
        if (!crashes)
            return;
        Crash();
        simulation.At(simulation.Now + simulation.Random.Next(10), Start);
    }

    private void Send(Proposer proposer, Send send)
    {
        if (send.Request is AcceptRequest accept)
            simulation.Invariants.Proposed(accept);
        simulation.Transmit(
            Index,
            send.Node,
            send.Request,
            reply => Handle(proposer, addressee => addressee.Receive(send.Node, reply, simulation.Moment(Index))),
            () => Handle(proposer, addressee => addressee.Fail(send.Node, send.Request.Round, simulation.Moment(Index))));
    }

    /// <summary>Brings a message to the proposer of that id, if there is one: after a crash to none, unless the id is used again.</summary>
    private void Handle(Proposer sender, Action<Proposer> input)
    {
        if (!_proposers.TryGetValue(sender.Key, out var addressee) || addressee.Id != sender.Id)
            return;
        input(addressee);
        Drain(addressee);
    }

    // A timer per wake-up; one that comes too early does nothing.
    private void Arm(Proposer proposer)
    {
        var wakeAt = proposer.WakeAt;
        if (wakeAt == Moment.Never || (_armed.TryGetValue(proposer, out var armed) && armed == wakeAt))
            return;
        _armed[proposer] = wakeAt;
        simulation.At(Math.Max(wakeAt, simulation.Now), () =>
        {
            if (_armed.GetValueOrDefault(proposer) != wakeAt)
                return;
            _armed.Remove(proposer);
            proposer.Tick(simulation.Moment(Index));
            Drain(proposer);
        });
    }
}
