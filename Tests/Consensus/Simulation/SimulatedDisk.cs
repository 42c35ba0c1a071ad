using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Simulation;

/// <summary>What survives the process of a silo that keeps its store on disk; for one that keeps it in memory, what dies with it.</summary>
internal sealed class SimulatedDisk(NodeId node)
{
    private readonly Dictionary<Slot, SavedSlot> _slots = [];

    public NodeId Node { get; } = node;

    /// <summary>The newest map that this store has acknowledged: its epoch may not fall, not even over a restart.</summary>
    public ClusterMap? Map { get; private set; }

    /// <summary>Some map that this store acknowledged had it as a member: once out of the map, what it holds is history.</summary>
    public bool WasMember { get; private set; }

    public IReadOnlyDictionary<Slot, SavedSlot> Slots => _slots;

    public SavedSlot this[Slot slot]
    {
        get
        {
            if (!_slots.TryGetValue(slot, out var saved))
                _slots[slot] = saved = new SavedSlot();
            return saved;
        }
    }

    public void Save(ClusterMap map)
    {
        if (Map is not null && map.Epoch < Map.Epoch)
            throw new ViolationException($"{Node}: epoch fell from {Map.Epoch} to {map.Epoch}");
        Map = map;
        WasMember |= map.Contains(Node);
    }

    /// <summary>The registers and the floor of one slot.</summary>
    internal sealed class SavedSlot
    {
        public Dictionary<Key, Register> Registers { get; } = [];

        public Floor Floor { get; set; }

        /// <summary>Puts what was saved into the memory of a new process.</summary>
        public void Restore(SlotRegisters registers)
        {
            foreach (var (key, register) in Registers)
                registers.Restore(key, register);
            registers.Restore(Floor);
        }

        /// <summary>The node is no replica of the slot any more.</summary>
        public void Clear(in Floor floor)
        {
            Registers.Clear();
            Floor = floor;
        }
    }
}
