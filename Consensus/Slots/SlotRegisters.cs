using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orleans.Kv.Consensus;

/// <summary>
/// One slot's part of a node's store: its registers, the floor that stands in for those that were purged, and a digest by which replicas find out that they differ.
/// <para>
/// <b>The seal.</b> The shell calls this under a lock, and reads the map it passes <em>inside</em> that lock. So once anything was answered under an epoch, nothing of an
/// older one is ever handled here: the shell's map never goes back, and this checks it. That is what makes a listing a seal: a state that an older epoch's proposer did
/// not bring in before the listing, it never will.
/// </para>
/// <para>
/// <b>The floor</b> stands in for absent registers only. A register that is present goes by its own promise, which is no lower for the same key: a register is made from
/// an absent one by a ballot that is at least the floor, and a floor that comes in later speaks of keys whose purge <see cref="PurgeCandidates"/> allowed only after no
/// other state of theirs was left.
/// </para>
/// <para>
/// <b>Where this node has no say.</b> Under a map in which it is a replica of the slot in no generation nothing is taken in, and once such a map is stable the registers
/// are dropped: what was committed has moved. A purge asks this of all nodes of the map (see <see cref="PurgeCandidates"/>): a value left over from former times would
/// come back with the next map that makes the node a replica again.
/// </para>
/// <para>
/// <b>Corruption.</b> A state's hash is taken when it is accepted, and counts in the digest. Before its bytes are handed to anyone they are compared with it; if they
/// changed, the register answers nothing until it is repaired or overwritten: to the others it is a slow node, which they tolerate, where a wrong value would spread.
/// </para>
/// <para>What it relies on: the duties of the shell in <see cref="Acceptor"/>. Not thread safe.</para>
/// </summary>
public sealed partial class SlotRegisters
{
    /// <summary>A register's ballots, its entry in the table and the objects of its state: what a key costs beside its bytes.</summary>
    public const int FixedBytes = 350;

    private readonly Dictionary<Key, Register> _registers = new(Key.Comparer);
    private readonly NodeId _self;
    private readonly Faults _faults;
    private readonly RegisterIndex? _index;
    private ClusterMap? _map;
    private Epoch _known;
    private bool _isReplica;
    private HashSet<Key>? _corrupt;
    private HashSet<Key>? _conflicted;

    /// <param name="slot">The slot.</param>
    /// <param name="self">The node whose store this is.</param>
    /// <param name="known">The last epoch that a store to be restored has handled anything under; none for a new one.</param>
    /// <param name="index">Is kept in step with the registers, if there is one. Other slots may share it, under the same lock.</param>
    public SlotRegisters(Slot slot, NodeId self, Epoch known = default, RegisterIndex? index = null)
        : this(slot, self, known, Faults.None, index)
    {
    }

    internal SlotRegisters(Slot slot, NodeId self, Epoch known, Faults faults, RegisterIndex? index = null)
    {
        Slot = slot;
        _self = self;
        _known = known;
        _faults = faults;
        _index = index;
    }

    public Slot Slot { get; }

    /// <summary>Never falls, until the node has no say about the slot any more.</summary>
    public Floor Floor { get; private set; }

    /// <summary>
    /// The sum over all registers with an accepted state of 64 bits made of key, accepted ballot and state hash: equal wherever the same is accepted, in whatever
    /// order it came; zero where nothing is.
    /// </summary>
    public ulong Digest { get; private set; }

    /// <summary>All registers, those that were only promised included.</summary>
    public int Count => _registers.Count;

    /// <summary>Keys that exist: registers with a value.</summary>
    public int Keys { get; private set; }

    public int Tombstones { get; private set; }

    /// <summary>Registers that were only promised.</summary>
    public int Promises => _registers.Count - Keys - Tombstones;

    /// <summary>About how much memory the registers take.</summary>
    public long Bytes { get; private set; }

    /// <summary>The keys whose states are known to be corrupt, and answer nothing.</summary>
    public IReadOnlyCollection<Key> CorruptKeys => _corrupt is null ? [] : _corrupt;

    /// <summary>The keys whose accepted states list conflicts (see <see cref="Divergence.Conflicts"/>), in no order. A copy of a moment: a slot has few or none.</summary>
    public IReadOnlyCollection<Key> KeysWithConflicts => _conflicted is null or { Count: 0 } ? [] : [.. _conflicted];

    /// <summary>How many keys list conflicts.</summary>
    public int ConflictedKeys => _conflicted?.Count ?? 0;

    /// <summary>The registers, for logs and checks, in no order.</summary>
    public IReadOnlyDictionary<Key, Register> All => _registers;

    /// <summary>
    /// Handles one request. When the step says <see cref="AcceptorStep.Changed"/>, the register is in place already, and is to be made durable before the reply leaves.
    /// With <paramref name="mayGrow"/> false a request that needs more memory changes nothing and is not answered.
    /// </summary>
    public AcceptorStep Handle(ClusterMap map, Request request, bool mayGrow = true)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(request);
        var vacated = !ReferenceEquals(map, _map) && Follow(map);
        ref var register = ref CollectionsMarshal.GetValueRefOrNullRef(_registers, request.Key);
        var known = !Unsafe.IsNullRef(ref register);
        if (request.Epoch == map.Epoch)
        {
            if (!_isReplica)
                return AcceptorStep.Unanswered(known ? register : Register.Absent, Silence.NotReplica) with { Vacated = vacated };
            if (known && Exposes(register, request) && !IsSound(request.Key, register))
                return HandleCorrupt(ref register, request as AcceptRequest);
        }

        var step = Acceptor.Handle(map, known ? register : Register.Absent, Floor, request);
        if (!step.Changed)
            return vacated ? step with { Vacated = true } : step;

        var before = known ? register : Register.Absent;
        var growth = (known ? 0 : FixedBytes + request.Key.Utf8.Length) + ValueBytes(step.Register) - ValueBytes(before);
        if (growth > 0 && !mayGrow)
            return AcceptorStep.Unanswered(before, Silence.NoRoom) with { Vacated = vacated };

        if (known)
            register = step.Register;
        else
            _registers.Add(request.Key, step.Register);
        Bytes += growth;
        Recount(request.Key, before, step.Register);
        var newVersion = step.Register.State is { } state && !ReferenceEquals(state, before.State) && state.Version != before.State?.Version;
        return vacated || newVersion ? step with { Vacated = vacated, NewVersion = newVersion } : step;
    }

    /// <summary>The key object of these bytes, where the slot has a register of that key.</summary>
    public Key? Find(KeyBytes bytes) =>
        _registers.GetAlternateLookup<KeyBytes>().TryGetValue(bytes, out var key, out _) ? key : null;

    /// <summary>
    /// The register, for redelivery and other purposes that hand its state on. False where there is none, and where its state is corrupt: nobody must adopt that.
    /// </summary>
    public bool TryGet(Key key, out Register register)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _registers.TryGetValue(key, out register) && (register.State is null || IsSound(key, register));
    }

    /// <summary>
    /// Puts a register in place as a log has it; an absent one removes what is there. For start-up: it follows none of the acceptor's rules.
    /// </summary>
    public void Restore(Key key, in Register register)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Slot != Slot)
            throw new ArgumentException($"the key is not in {Slot}", nameof(key));
        if (register.IsAbsent)
            Remove(key);
        else
            Replace(key, register);
    }

    /// <summary>Raises the floor to what a log has.</summary>
    public void Restore(in Floor floor) => Floor = Floor.Above(Floor, floor);

    /// <summary>
    /// Goes over to a map. All handling does so by itself; a shell that has learned a map does it for all slots, to free what is no longer needed here. True where everything
    /// was dropped.
    /// <para>
    /// The floor goes too, and with it what was promised: the slot is what it is in a new store. Both mattered to generations that are no longer in force, and messages of their
    /// epochs are refused; when the slot comes back, its floor does as well. Kept, it would refuse the redelivery of all that was not written since.
    /// </para>
    /// </summary>
    public bool Follow(ClusterMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Epoch < _known)
            throw new InvariantViolationException($"{Slot} was handled under {_known}, and is now asked to go back to {map.Epoch}");
        _map = map;
        _known = map.Epoch;
        _isReplica = map[Slot].IndexOf(_self) >= 0;
        if (_isReplica || !map.IsStable || (_registers.Count == 0 && Floor == Floor.None))
            return false;

        if (_index is not null)
        {
            foreach (var (key, register) in _registers)
                _index.Change(key, register.State, null);
        }

        _registers.Clear();
        Floor = Floor.None;
        _corrupt = null;
        _conflicted = null;
        _idlePromises = null;
        Digest = 0;
        Bytes = 0;
        Keys = 0;
        Tombstones = 0;
        return true;
    }

    private void Replace(Key key, in Register register)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_registers, key, out var known);
        var before = place;
        place = register;
        Bytes += (known ? 0 : FixedBytes + key.Utf8.Length) + ValueBytes(register) - ValueBytes(before);
        Recount(key, before, register);
    }

    private bool Remove(Key key)
    {
        if (!_registers.Remove(key, out var before))
            return false;
        Bytes -= FixedBytes + key.Utf8.Length + ValueBytes(before);
        Recount(key, before, Register.Absent);
        return true;
    }

    private void Recount(Key key, in Register before, in Register after)
    {
        // A promise alone: nothing of this depends on it.
        if (ReferenceEquals(before.State, after.State) && before.Accepted == after.Accepted)
            return;
        _index?.Change(key, before.State, after.State);
        Digest -= Share(key, before);
        _corrupt?.Remove(key);
        Digest += Share(key, after);
        Keys += Exists(after) - Exists(before);
        Tombstones += IsTombstone(after) - IsTombstone(before);
        if (HasConflicts(after))
            (_conflicted ??= new HashSet<Key>(Key.Comparer)).Add(key);
        else if (HasConflicts(before))
            _conflicted!.Remove(key);
    }

    private ulong Share(Key key, in Register register)
    {
        if (register.State is null)
            return 0;
        // Known to be corrupt: no longer equal to its twins, so that the next comparison finds it.
        var hash = IsMarkedCorrupt(key) ? ~register.StateHash : register.StateHash;
        return SlotDigests.ShareOf(key, register.Accepted, hash);
    }

    private static int ValueBytes(in Register register) => (int)(register.State?.Bytes ?? 0);

    private static int Exists(in Register register) => register.State is { IsTombstone: false } ? 1 : 0;

    private static bool HasConflicts(in Register register) => register.State is { Divergence.Conflicts.Length: > 0 };

    private static int IsTombstone(in Register register) => register.State is { IsTombstone: true } ? 1 : 0;
}
