using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>
/// A silo: a name, a store, and while its process runs a replica, a host of proposers, a migrator and the loops that repair. It knows a map of its own, which may be old; it hears of newer ones from
/// messages, and from the authority when it gets round to looking. What it does when it finds itself out of the map: wipes its store and joins as new.
/// </summary>
internal sealed class SimulatedSilo
{
    private static readonly string[] Names = ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"];

    private readonly Simulation _simulation;
    private int _drainedProcess = -1;

    public SimulatedSilo(Simulation simulation, int index, bool isDurable)
    {
        _simulation = simulation;
        Index = index;
        IsDurable = isDurable;
        Replica = new SimulatedReplica(simulation, this, NewDisk()) { IsGone = true };
        Host = new SimulatedHost(simulation, this);
        Migrator = new SimulatedMigrator(simulation, this);
        Repair = new SimulatedRepair(simulation, this);
        Pending = new SimulatedPending(simulation, this);
    }

    public int Index { get; }

    public string Name => Names[Index];

    /// <summary>Keeps its store on disk. Otherwise each process starts with an empty one.</summary>
    public bool IsDurable { get; }

    public bool IsUp { get; private set; }

    /// <summary>Counts its processes.</summary>
    public int Process { get; private set; }

    /// <summary>The node that this silo is at present, or was when its process ended.</summary>
    public NodeId Node => Replica.Node;

    public SimulatedReplica Replica { get; private set; }

    public SimulatedHost Host { get; }

    public SimulatedMigrator Migrator { get; }

    public SimulatedRepair Repair { get; }

    public SimulatedPending Pending { get; }

    public ClusterMap? Map => Replica.Map;

    /// <summary>The store's content is lost for ever: of a silo that is down, or of an earlier store under this name.</summary>
    public bool HasLost(NodeId node) => node != Node || (!IsUp && !IsDurable);

    public void Start()
    {
        if (IsUp)
            return;
        Process++;
        IsUp = true;
        Stand(IsDurable ? Replica.Disk : NewDisk());
        _simulation.Trace($"{Name} starts as {Node}, knows {Map?.Epoch}");
        Host.Start();
        Repair.Start();
        Pending.Start();
        Look(Process, 0);
    }

    public void Crash()
    {
        if (!IsUp)
            return;
        _simulation.Trace($"{Name} crashes");
        IsUp = false;
        Process++;
        Replica.IsGone = true;
        Host.Crash();
        Migrator.Crash();
        Repair.Crash();
        Pending.Crash();
        _simulation.Membership.Died(this);
    }

    /// <summary>The disk is replaced by an empty one; only while the process is down.</summary>
    public void LoseDisk()
    {
        _simulation.Trace($"{Name} has lost its disk");
        Replica = new SimulatedReplica(_simulation, this, NewDisk()) { IsGone = true };
    }

    public void Learn(ClusterMap map)
    {
        if (Map is { } known && map.Epoch <= known.Epoch)
            return;
        _simulation.Trace($"{Name} learns {map.Epoch}");
        Replica.Learn(map);
        if (IsHistory(map))
            Wipe(map);
        Host.Hear(map);
    }

    /// <summary>The first map is formed by all of its nodes together.</summary>
    public void Form(ClusterMap map)
    {
        Replica.Disk.Save(map);
        Replica.Learn(map);
        Host.Hear(map);
    }

    // Out of the map after having been in it. A drained silo stays out until its process ends: it has nothing to come back for.
    private bool IsHistory(ClusterMap map) =>
        Replica.Disk.WasMember && !map.Contains(Node) && _drainedProcess != Process;

    public void Drain()
    {
        if (!IsUp || _simulation.Authority.RecordOf(Name) is not { } record || record.Node != Node)
            return;
        _simulation.Trace($"{Name} is to be drained");
        record.IsDraining = true;
        _drainedProcess = Process;
    }

    private void Wipe(ClusterMap map)
    {
        _simulation.Trace($"{Name} is out of {map.Epoch} and wipes {Node}");
        if (_simulation.Authority.Map.Contains(Node))
            throw new ViolationException($"{Node} wipes itself although the map in force has it: {_simulation.Authority.Map}");
        Replica.IsGone = true;
        Stand(NewDisk());
        Replica.Learn(map);
    }

    private void Stand(SimulatedDisk disk) => Replica = new SimulatedReplica(_simulation, this, disk);

    private SimulatedDisk NewDisk() => new(new NodeId(Names[Index], _simulation.NextStore()));

    /// <summary>A look at the authority now and then: for a newer map, and to be registered as the node that this silo is.</summary>
    private void Look(int process, int wait) => _simulation.After(wait + _simulation.Delay(), () =>
    {
        if (!IsUp || process != Process)
            return;
        if (!_simulation.Happens(_simulation.Options.Drop))
        {
            Learn(_simulation.Authority.Map);
            Report();
        }

        Look(process, _simulation.Random.Next(_simulation.IsHealed ? 40 : _simulation.Options.MaxMapLag));
    });

    /// <summary>
    /// Registers, where the record does not say what is: another process, another store, or an epoch that is not the one in force. The epoch says that this node,
    /// as it stands now, knows a map without itself: a record of an older epoch may be that of a store which was a member since and must not come back.
    /// </summary>
    private void Report()
    {
        var record = _simulation.Authority.RecordOf(Name);
        var isMember = Map!.Contains(Node);
        if (record is null || record.Node != Node || record.DeadSince is not null || (!isMember && record.Known < Map.Epoch))
            _simulation.Authority.Register(Node, IsDurable, Map.Epoch);
    }
}
