using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// The acceptors of one store with their shell: messages one at a time under the newest map known, one log written in order, replies released only after the save
/// of all that they rest on, and what is not saved lost in a crash. One object per process and store: a restart or a wipe makes another.
/// </summary>
internal sealed class SimulatedReplica
{
    private readonly Simulation _simulation;
    private readonly SimulatedSilo _silo;
    private readonly Dictionary<Slot, Dictionary<Key, Register>> _slots = [];
    private long _savedUntil;

    public SimulatedReplica(Simulation simulation, SimulatedSilo silo, SimulatedDisk disk)
    {
        _simulation = simulation;
        _silo = silo;
        Disk = disk;
        Map = disk.Map;
        foreach (var (slot, saved) in disk.Slots)
            _slots[slot] = new Dictionary<Key, Register>(saved.Registers);
    }

    public SimulatedDisk Disk { get; }

    public NodeId Node => Disk.Node;

    /// <summary>Null until this store has heard of any map.</summary>
    public ClusterMap? Map { get; private set; }

    public bool IsGone { get; set; }

    public void Learn(ClusterMap map)
    {
        Map = map;
        Log(true, () => Disk.Save(map), static () => { });
    }

    public void Receive(Request request, ClusterMap sendersMap, Action<Reply> respond)
    {
        var step = Map is null ? default : Handle(request);
        if (step.NeedsNewerMap)
        {
            CatchUp(sendersMap, () => Receive(request, sendersMap, respond));
            return;
        }

        _simulation.Trace($"{_silo.Name} {request} of {request.Key} -> {step.Reply}");
        var early = _simulation.Options.Mutation == Mutation.ReplyBeforePersist;
        if (early)
            respond(step.Reply!);
        Log(
            step.Changed,
            () => Save(request, step.Register),
            () =>
            {
                if (step.Reply is ReadReply { Accepted.IsZero: false })
                    _simulation.Invariants.Held(Node, request.Key, step.Register, request.Epoch);
                if (!early)
                    respond(step.Reply!);
            });
    }

    private Dictionary<Key, Register> SlotOf(Key key)
    {
        if (!_slots.TryGetValue(key.Slot, out var slot))
            _slots[key.Slot] = slot = [];
        return slot;
    }

    private AcceptorStep Handle(Request request)
    {
        var slot = SlotOf(request.Key);
        var register = slot.GetValueOrDefault(request.Key);
        AcceptorStep step;
        if (_simulation.Options.Mutation == Mutation.AcceptBelowPromise && request is AcceptRequest accept && accept.Ballot > register.Accepted)
        {
            // As scylladb#6139 had it: compared with what was accepted, but not with the promise, which stays as it was.
            step = Acceptor.Handle(Map!, register with { Promised = register.Accepted }, Floor.None, request);
            step = new AcceptorStep(step.Register with { Promised = Ballot.Higher(register.Promised, step.Register.Promised) }, step.Changed, step.Reply);
        }
        else
        {
            step = Acceptor.Handle(Map!, register, Floor.None, request);
        }

        slot[request.Key] = step.Register;
        return step;
    }

    private void Save(Request request, in Register register)
    {
        var saved = Disk[request.Key.Slot].Registers;
        _simulation.Invariants.Saved(Node, request.Key, saved.GetValueOrDefault(request.Key), register, request.Epoch);
        saved[request.Key] = register;
    }

    /// <summary>The newer map first, from the sender or from the authority; then the same message again.</summary>
    private void CatchUp(ClusterMap offered, Action again)
    {
        if (_simulation.Happens(_simulation.Options.Drop))
            return;
        _simulation.After(_simulation.Delay(), () =>
        {
            if (IsGone)
                return;
            _silo.Learn(_simulation.Random.Next(2) == 0 ? offered : _simulation.Authority.Map);
            if (!IsGone)
                again();
        });
    }

    // One log, written in order: a reply that changed nothing waits for the saves before it as well.
    private void Log(bool changed, Action save, Action release)
    {
        var delay = changed && _silo.IsDurable ? _simulation.Random.Next(_simulation.Options.MaxPersistDelay + 1) : 0;
        _savedUntil = Math.Max(_savedUntil, _simulation.Now + delay);
        _simulation.At(_savedUntil, () =>
        {
            if (IsGone || CrashesAroundSave())
                return;
            if (changed)
                save();
            if (!CrashesAroundSave())
                release();
        });
    }

    private bool CrashesAroundSave()
    {
        if (!_silo.IsDurable || !_simulation.Happens(_simulation.Options.CrashAroundSave))
            return false;
        _silo.Crash();
        _simulation.After(_simulation.Random.Next(50), _silo.Start);
        return true;
    }
}
