using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// A silo's proposing half: the shell of one proposer per key. It hears of newer maps from its silo, late, and from stale replies. A crash of the silo, or of the
/// host alone (grains that end and start anew), forgets all proposers; those that follow have new ids.
/// </summary>
internal sealed class SimulatedHost(Simulation simulation, SimulatedSilo silo)
{
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

    public bool IsUp { get; private set; }

    /// <summary>The newest map that the proposers made from now on begin with; null while there is none.</summary>
    public ClusterMap? Map { get; private set; }

    private Moment Moment => simulation.Moment(silo.Index);

    /// <summary>Takes an operation on; false where there is no map to go by.</summary>
    public bool Submit(Operation operation, Key key, int patience, Action<Outcome> respond)
    {
        if (Find(key) is not { } proposer)
            return false;
        simulation.Trace($"{silo.Name} takes {operation} of {key}");
        proposer.Submit(operation, respond, simulation.Now + patience, Moment);
        Drain(proposer);
        return true;
    }

    /// <summary>Has the key settled under that map or a later one; says whether it is, and false where this never came to know.</summary>
    public void Settle(Key key, ClusterMap map, Action<bool> respond)
    {
        Adopt(map);
        if (Find(key) is not { } proposer)
            return;
        // A settlement that joined a Prepare of an older epoch could end as "nothing there" by promises from before the seal.
        proposer.ChangeMap(map, Moment);
        Action<Outcome> answer = outcome => respond(outcome is Outcome.Settled);
        proposer.Settle(answer, simulation.Now + simulation.Options.Patience, Moment);
        Drain(proposer);
    }

    /// <summary>The silo has a newer map; each proposer learns of it in its own time.</summary>
    public void Hear(ClusterMap map)
    {
        Adopt(map);
        var incarnation = _incarnation;
        foreach (var proposer in _proposers.Values.ToArray())
        {
            simulation.After(simulation.Lag(), () =>
            {
                if (incarnation != _incarnation)
                    return;
                proposer.ChangeMap(map, Moment);
                Drain(proposer);
            });
        }
    }

    public void Crash()
    {
        if (!IsUp)
            return;
        simulation.Trace($"{silo.Name} loses its proposers");
        IsUp = false;
        _incarnation++;
        _proposers.Clear();
        _armed.Clear();
        Map = null;
    }

    public void Start()
    {
        if (!silo.IsUp || IsUp)
            return;
        IsUp = true;
        Map = silo.Map;
    }

    private void Adopt(ClusterMap map)
    {
        if (Map is null || map.Epoch > Map.Epoch)
            Map = map;
    }

    private Proposer? Find(Key key)
    {
        if (!IsUp || Map is null)
            return null;
        if (!_proposers.TryGetValue(key, out var proposer))
            _proposers[key] = proposer = Create(key, Map);
        return proposer;
    }

    private Proposer Create(Key key, ClusterMap map)
    {
        var id = simulation.Options.Mutation == Mutation.ProposerIdReusedAfterRestart
            ? new ProposerId((ulong)silo.Index + 1, 1)
            : new ProposerId((ulong)(silo.Index + 1 + (_incarnation * 16)), ++_instances);
        return new Proposer(key, id, map, silo.Node, _options, (ulong)simulation.Random.NextInt64(), simulation.Faults) { ReportsChanges = true };
    }

    private void Drain(Proposer proposer)
    {
        foreach (ref readonly var change in proposer.Effects.Changes)
            simulation.Changes.Told(proposer.Key, change);
        foreach (ref readonly var answer in proposer.Effects.Answers)
        {
            simulation.Trace($"{silo.Name} answers {answer.Operation}: {answer.Outcome}");
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
        simulation.After(simulation.Random.Next(10), Start);
    }

    private void Send(Proposer proposer, Send send)
    {
        if (send.Request is AcceptRequest accept)
            simulation.Invariants.Proposed(accept);
        var map = proposer.Map;
        var isAcknowledged = false;
        simulation.Network.Transmit<Reply>(
            silo,
            send.Node,
            (replica, release) => replica.Receive(send.Request, map, release),
            reply =>
            {
                isAcknowledged |= reply is AcceptedReply;
                Handle(proposer, addressee => addressee.Receive(send.Node, reply, Moment));
            },
            () =>
            {
                if (send.Request is AcceptRequest)
                    silo.Repair.Owe(send.Node, proposer.Key);
                Handle(proposer, addressee => addressee.Fail(send.Node, send.Request.Round, Moment));
            },
            isLarge: send.Request is AcceptRequest);
        if (send.Request is not AcceptRequest || simulation.Options.ReplayEvery == 0)
            return;
        simulation.After(_options.RoundTimeoutMilliseconds, () =>
        {
            if (!isAcknowledged)
                silo.Repair.Owe(send.Node, proposer.Key);
        });
    }

    /// <summary>Brings a message to the proposer of that id, if there is one: after a crash to none, unless the id is used again.</summary>
    private void Handle(Proposer sender, Action<Proposer> input)
    {
        if (!_proposers.TryGetValue(sender.Key, out var addressee) || addressee.Id != sender.Id)
            return;
        input(addressee);
        Drain(addressee);
        if (addressee.Map.Epoch <= Map?.Epoch || !IsUp)
            return;
        // It was told of a newer map; the rest of the silo hears of it in time.
        Adopt(addressee.Map);
        var map = addressee.Map;
        simulation.After(simulation.Lag(), () =>
        {
            if (silo.IsUp)
                silo.Learn(map);
        });
    }

    // A timer per wake-up; one that comes too early does nothing.
    private void Arm(Proposer proposer)
    {
        var wakeAt = proposer.WakeAt;
        if (wakeAt == Kv.Consensus.Moment.Never || (_armed.TryGetValue(proposer, out var armed) && armed == wakeAt))
            return;
        _armed[proposer] = wakeAt;
        simulation.At(Math.Max(wakeAt, simulation.Now), () =>
        {
            if (_armed.GetValueOrDefault(proposer) != wakeAt)
                return;
            _armed.Remove(proposer);
            proposer.Tick(Moment);
            Drain(proposer);
        });
    }
}
