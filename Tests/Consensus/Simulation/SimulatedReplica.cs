using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// The slots of one store with their shell: messages one at a time under the newest map known, one log written in order, replies released only after the save
/// of all that they rest on, and what is not saved lost in a crash. One object per process and store: a restart or a wipe makes another.
/// </summary>
internal sealed class SimulatedReplica
{
    private readonly Simulation _simulation;
    private readonly SimulatedSilo _silo;
    private readonly Dictionary<Slot, SlotRegisters> _slots = [];
    private long _savedUntil;

    public SimulatedReplica(Simulation simulation, SimulatedSilo silo, SimulatedDisk disk)
    {
        _simulation = simulation;
        _silo = silo;
        Disk = disk;
        Map = disk.Map;
        foreach (var (slot, saved) in disk.Slots)
            saved.Restore(this[slot]);
    }

    public SimulatedDisk Disk { get; }

    public NodeId Node => Disk.Node;

    /// <summary>Null until this store has heard of any map.</summary>
    public ClusterMap? Map { get; private set; }

    public bool IsGone { get; set; }

    public SlotRegisters this[Slot slot]
    {
        get
        {
            if (!_slots.TryGetValue(slot, out var registers))
                _slots[slot] = registers = new SlotRegisters(slot, Node, Disk.Map?.Epoch ?? Epoch.None, _simulation.Faults);
            return registers;
        }
    }

    /// <summary>The register, or an absent one.</summary>
    public Register Find(Key key) => this[key.Slot].TryGet(key, out var register) ? register : Register.Absent;

    public void Learn(ClusterMap map)
    {
        Map = map;
        Log(true, () => Disk.Save(map), static () => { });
        foreach (var registers in _slots.Values)
        {
            if (registers.Follow(map))
                Vacate(registers.Slot);
        }
    }

    public void Receive(Request request, ClusterMap sendersMap, Action<Reply> respond)
    {
        if (Map is null || request.Epoch > Map.Epoch)
        {
            CatchUp(sendersMap, () => Receive(request, sendersMap, respond));
            return;
        }

        var step = Handle(request);
        if (_simulation.IsTraced)
            _simulation.Trace($"{_silo.Name} {request} of {request.Key} -> {step.Reply?.ToString() ?? step.Silence.ToString()}");
        // After a crash between the saves of the map and of what came of it, the first request finds the slot to be left still.
        if (step.Vacated)
            Vacate(request.Key.Slot);
        if (step.Reply is not { } reply)
            return;
        var early = _simulation.Options.Mutation == Mutation.ReplyBeforePersist;
        if (early)
            respond(reply);
        Log(
            step.Changed,
            () =>
            {
                Save(request, step.Register);
                if (step.NewVersion)
                    _simulation.Changes.Hinted(Node, request.Key);
                _simulation.Changes.Saved();
            },
            () =>
            {
                if (reply is ReadReply { Accepted.IsZero: false })
                    _simulation.Invariants.Held(Node, request.Key, step.Register, request.Epoch);
                if (!early)
                    respond(reply);
            });
    }

    public void Receive(SlotRequest request, ClusterMap sendersMap, Action<SlotReply> respond)
    {
        var step = Map is null ? default : request is DigestRequest digests
            ? new SlotStep(digests.Answer(Map, slot => this[slot].Digest))
            : this[((OneSlotRequest)request).Slot].Handle(Map, (OneSlotRequest)request);
        if (step.Vacated)
            Vacate(((OneSlotRequest)request).Slot);
        if (step.Reply is not { } reply)
        {
            CatchUp(sendersMap, () => Receive(request, sendersMap, respond));
            return;
        }

        if (_simulation.IsTraced)
            _simulation.Trace($"{_silo.Name} {request} -> {reply}");
        var floor = step.FloorRaised ? this[((OneSlotRequest)request).Slot].Floor : Floor.None;
        Log(step.Changed, () => Save((OneSlotRequest)request, step, floor), () => respond(reply));
    }

    private void Vacate(Slot slot)
    {
        _simulation.Trace($"{_silo.Name} vacates {slot}");
        Log(true, () => Disk[slot].Clear(Floor.None), static () => { });
    }

    private AcceptorStep Handle(Request request)
    {
        var registers = this[request.Key.Slot];
        var register = Find(request.Key);
        if (_simulation.Options.Mutation != Mutation.AcceptBelowPromise || request is not AcceptRequest accept || accept.Ballot <= register.Accepted)
            return registers.Handle(Map!, request);

        // As scylladb#6139 had it: compared with what was accepted, but not with the promise, which stays as it was.
        registers.Restore(request.Key, register with { Promised = register.Accepted });
        var step = registers.Handle(Map!, request);
        register = step.Register with { Promised = Ballot.Higher(register.Promised, step.Register.Promised) };
        registers.Restore(request.Key, register);
        return step.Reply is null ? step : new AcceptorStep(register, step.Changed, step.Reply);
    }

    private void Save(Request request, in Register register)
    {
        var saved = Disk[request.Key.Slot];
        _simulation.Invariants.Saved(Node, request.Key, saved.Floor, saved.Registers.GetValueOrDefault(request.Key), register, request.Epoch);
        saved.Registers[request.Key] = register;
    }

    private void Save(OneSlotRequest request, in SlotStep step, in Floor floor)
    {
        var saved = Disk[request.Slot];
        saved.Floor = Floor.Above(saved.Floor, floor);
        foreach (var key in step.Removed)
            saved.Registers.Remove(key);
        if (step.Replaced is { } replaced)
            saved.Registers[replaced] = step.Register;
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
