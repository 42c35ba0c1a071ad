using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// An acceptor with its shell: one message at a time, registers saved in order, replies released only after the save, unsaved ones lost in a crash.
/// </summary>
internal sealed class SimulatedReplica(Simulation simulation, NodeId node)
{
    private readonly Dictionary<Key, Register> _disk = [];
    private readonly Dictionary<Key, Register> _memory = [];
    private int _incarnation;
    private long _savedUntil;

    public NodeId Node { get; } = node;

    public bool IsUp { get; private set; } = true;

    public IReadOnlyDictionary<Key, Register> Disk => _disk;

    public void Receive(Request request, Action<Reply> respond)
    {
        var register = _memory.GetValueOrDefault(request.Key);
        var step = Handle(register, request);
        simulation.Trace($"{Node.Name} {request} -> {step.Reply}");
        _memory[request.Key] = step.Register;

        if (simulation.Options.Mutation == Mutation.ReplyBeforePersist)
            respond(step.Reply!);
        // One log, written in order: a reply that changed nothing waits for the saves before it as well.
        var incarnation = _incarnation;
        var delay = step.Changed ? simulation.Random.Next(simulation.Options.MaxPersistDelay + 1) : 0;
        _savedUntil = Math.Max(_savedUntil, simulation.Now + delay);
        simulation.At(_savedUntil, () =>
        {
            if (incarnation != _incarnation)
                return;
            if (simulation.Happens(simulation.Options.CrashAroundSave))
            {
                CrashAndStart();
                return;
            }

            if (step.Changed)
            {
                simulation.Invariants.Saved(Node, request.Key, _disk.GetValueOrDefault(request.Key), step.Register);
                _disk[request.Key] = step.Register;
            }

            if (simulation.Happens(simulation.Options.CrashAroundSave))
                CrashAndStart();
            else if (simulation.Options.Mutation != Mutation.ReplyBeforePersist)
                respond(step.Reply!);
        });
    }

    public void Crash()
    {
        simulation.Trace($"{Node.Name} crashes");
        _incarnation++;
        IsUp = false;
        _memory.Clear();
        foreach (var (key, register) in _disk)
            _memory[key] = register;
    }

    private void CrashAndStart()
    {
        Crash();
        simulation.At(simulation.Now + simulation.Random.Next(50), Start);
    }

    public void Start()
    {
        if (!IsUp)
            simulation.Trace($"{Node.Name} starts");
        IsUp = true;
    }

    private AcceptorStep Handle(in Register register, Request request)
    {
        if (simulation.Options.Mutation == Mutation.AcceptBelowPromise && request is AcceptRequest accept && accept.Ballot > register.Accepted)
        {
            // As scylladb#6139 had it: compared with what was accepted, but not with the promise, which stays as it was.
            var step = Acceptor.Handle(simulation.Map, register with { Promised = register.Accepted }, Floor.None, request);
            var promised = Ballot.Higher(register.Promised, step.Register.Promised);
            return new AcceptorStep(step.Register with { Promised = promised }, step.Changed, step.Reply);
        }

        return Acceptor.Handle(simulation.Map, register, Floor.None, request);
    }
}
