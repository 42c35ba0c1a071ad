using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Storage;

namespace Orleans.Kv.Grains.Replicas;

/// <summary>
/// A part of the store: the slots whose number leaves <paramref name="index"/> when divided by <paramref name="shards"/>. One thread at a time, whoever comes: a request
/// takes about a microsecond, which is less than handing it to another thread would cost.
/// <para>
/// The map is read inside the lock. That is what makes an answer a seal: once a slot was listed under an epoch, nothing of an older one is ever handled in it, though the
/// thread that brings it may have looked at the map long before.
/// </para>
/// <para>The lease is compared inside the lock as well: a host that no longer holds the store changes nothing in it and gets no answers (see <see cref="SiloMemory"/>).</para>
/// </summary>
internal sealed class ReplicaShard(int index, int shards)
{
    private readonly Lock _gate = new();
    private SlotRegisters[] _slots = [];
    private RegisterIndex _index = new();
    private IRegisterLog _log = new MemoryRegisterLog();
    private StoreLease? _holder;
    private long _keys;
    private long _tombstones;
    private long _bytes;

    public long Keys => Interlocked.Read(ref _keys);

    public long Tombstones => Interlocked.Read(ref _tombstones);

    public long Bytes => Interlocked.Read(ref _bytes);

    public ValueTask Flush(long position) => _log.Flush(position);

    /// <summary>Completes when all that was appended before is durable.</summary>
    public ValueTask FlushAll()
    {
        lock (_gate) return _log.Flush(_log.Position);
    }

    /// <summary>From now on only that host changes anything here; null: nobody.</summary>
    public void HoldBy(StoreLease? holder)
    {
        lock (_gate) _holder = holder;
    }

    /// <summary>Begins empty, as a part of that node's store.</summary>
    public void Open(NodeId self, IRegisterLog log)
    {
        var slots = new SlotRegisters[(Slot.Count - index + shards - 1) / shards];
        var order = new RegisterIndex();
        for (var i = 0; i < slots.Length; i++) slots[i] = new SlotRegisters(new Slot((ushort)((i * shards) + index)), self, index: order);
        lock (_gate)
        {
            _slots = slots;
            _index = order;
            _log = log;
            _keys = _tombstones = _bytes = 0;
        }
    }

    /// <summary>
    /// Handles one request. Its reply must not leave before <see cref="Flush"/> of the position returned, which covers the register's change and
    /// every earlier one it was computed from. A host that does not hold the store gets no reply. With <paramref name="mayGrow"/> false a request that needs more memory gets no reply.
    /// </summary>
    /// <param name="holder">Who asks.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="mayGrow">There is memory left.</param>
    /// <param name="position">What is to be flushed before the reply leaves.</param>
    /// <param name="newVersion">See <see cref="AcceptorStep.NewVersion"/>.</param>
    public Reply? Handle(StoreLease holder, Request request, bool mayGrow, out long position, out bool newVersion)
    {
        newVersion = false;
        lock (_gate)
        {
            position = _log.Position;
            if (_holder != holder || holder.Map is not { } map) return null;
            var slot = At(request.Key.Slot);
            var before = Sizes.Of(slot);
            var step = slot.Handle(map, request, mayGrow);
            if (step.Vacated) _log.AppendVacated(slot.Slot);
            if (step.Changed) _log.Append(request.Key, step.Register);
            if (step.Changed || step.Vacated) position = Recount(slot, before);
            newVersion = step.NewVersion;
            return step.Reply;
        }
    }

    /// <summary>Handles a request about one of the slots, under the same rule. Null where a newer map is needed first.</summary>
    public SlotReply? Handle(StoreLease holder, OneSlotRequest request, out long position)
    {
        lock (_gate)
        {
            position = _log.Position;
            if (_holder != holder || holder.Map is not { } map) return null;
            var slot = At(request.Slot);
            var before = Sizes.Of(slot);
            var step = slot.Handle(map, request);
            if (!step.Changed) return step.Reply;
            if (step.Vacated) _log.AppendVacated(slot.Slot);
            if (step.FloorRaised) _log.AppendFloor(slot.Slot, slot.Floor);
            foreach (var key in step.Removed) _log.Append(key, Register.Absent);
            if (step.Replaced is { } replaced) _log.Append(replaced, step.Register);
            position = Recount(slot, before);
            return step.Reply;
        }
    }

    /// <summary>
    /// Adds the shard's part of a page of keys, under the same rule, and seals it as an answer about each of its slots would. False where the present map is not the question's, which
    /// <paramref name="map"/> is then; null where there is none.
    /// </summary>
    public bool List(StoreLease holder, KeysRequest request, List<KeyEntry> entries, out ClusterMap? map, out bool hasMore, out long position)
    {
        var keys = new List<Key>(request.Limit);
        lock (_gate)
        {
            hasMore = false;
            position = _log.Position;
            map = _holder == holder ? holder.Map : null;
            if (map is null || map.Epoch != request.Epoch) return false;
            hasMore = _index.Read(request.Prefix, request.After, request.Limit, keys);
            foreach (var key in keys) entries.Add(At(key.Slot).EntryOf(key));
            return true;
        }
    }

    /// <inheritdoc cref="RegisterIndex.ReadDue"/>
    public bool ReadDue(HybridTimestamp now, DueKey? after, int limit, List<DueKey> found)
    {
        lock (_gate) return _index.ReadDue(now, after, limit, found);
    }

    /// <summary>Goes over to the present map, and drops what the node holds no copies of any more.</summary>
    public void Follow(StoreLease holder)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            // Slot by slot: nobody waits for all of them.
            lock (_gate)
            {
                if (_holder != holder || holder.Map is not { } map) return;
                var slot = _slots[i];
                var before = Sizes.Of(slot);
                if (!slot.Follow(map)) continue;
                _log.AppendVacated(slot.Slot);
                Recount(slot, before);
            }
        }
    }

    /// <summary>The key object of these bytes, where the shard has one.</summary>
    public Key? Find(KeyBytes bytes)
    {
        lock (_gate) return At(bytes.Slot).Find(bytes);
    }

    /// <summary>The register, to be handed on. False where there is none, and where its state is corrupt.</summary>
    public bool TryGet(Key key, out Register register)
    {
        lock (_gate) return At(key.Slot).TryGet(key, out register);
    }

    public void AddKeysWithConflicts(List<Key> keys)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            lock (_gate) keys.AddRange(_slots[i].KeysWithConflicts);
        }
    }

    public ulong DigestOf(Slot slot)
    {
        lock (_gate) return At(slot).Digest;
    }

    public PurgeCandidates FindPurgeable(Slot slot, HybridTimestamp before, int limit)
    {
        lock (_gate) return At(slot).FindPurgeable(before, limit);
    }

    /// <summary>Compares all states of the slot with their hashes, adds the keys of those that have changed, and says how many bytes it has looked at, about.</summary>
    public long Scrub(Slot slot, List<Key> corrupt)
    {
        SlotScrub scrub;
        long bytes;
        lock (_gate)
        {
            var registers = At(slot);
            bytes = registers.Bytes;
            scrub = new SlotScrub(registers);
        }

        while (true)
        {
            lock (_gate)
            {
                if (scrub.IsDone) return bytes;
                scrub.Step(corrupt);
            }
        }
    }

    /// <summary>Puts a register in place against all rules: a fault, for tests.</summary>
    public bool Alter(Key key, Func<Register, Register> change)
    {
        lock (_gate)
        {
            var slot = At(key.Slot);
            if (!slot.TryGet(key, out var register)) return false;
            var before = Sizes.Of(slot);
            slot.Restore(key, change(register));
            Recount(slot, before);
            return true;
        }
    }

    private SlotRegisters At(Slot slot) => _slots[slot.Index / shards];

    private long Recount(SlotRegisters slot, in Sizes before)
    {
        Interlocked.Add(ref _keys, slot.Keys - before.Keys);
        Interlocked.Add(ref _tombstones, slot.Tombstones - before.Tombstones);
        Interlocked.Add(ref _bytes, slot.Bytes - before.Bytes);
        return _log.Position;
    }

    private readonly record struct Sizes(int Keys, int Tombstones, long Bytes)
    {
        public static Sizes Of(SlotRegisters slot) => new(slot.Keys, slot.Tombstones, slot.Bytes);
    }
}
