using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Replicas;

// Whole slots: what other silos ask about them, and what those who keep replicas equal need of this one.
internal sealed partial class Replica
{
    /// <summary>Answers another silo's question about slots.</summary>
    public async ValueTask<DeliveryReply> Ask(Guid store, byte[] frame)
    {
        if (RefusalOf(store) is { } refusal) return refusal;
        SlotRequest request;
        try
        {
            request = SlotCodec.ReadRequest(frame, FrameOwnership.Owned, this);
        }
        catch (FrameFormatException malformed)
        {
            LogMalformed(malformed.Position, malformed.Fault);
            return Refused(DeliveryStatus.Malformed, malformed.Message);
        }

        if (request.Epoch > _topology.View.Epoch) await _topology.Reach(request.Epoch, _options.MapPatience);
        var reply = await Ask(request);
        return reply is null
            ? Refused(DeliveryStatus.Closed, "this silo does not know the map of that epoch, or answers nothing any more")
            : new DeliveryReply { Status = DeliveryStatus.Delivered, Frame = SlotCodec.Write(reply) };
    }

    /// <summary>Answers a question of this silo's own. Null where there is no answer to be had: no such map here, or the replica is closed.</summary>
    public async ValueTask<SlotReply?> Ask(SlotRequest request)
    {
        if (_closed || _topology.View.Map is not { } map) return null;
        try
        {
            switch (request)
            {
                case DigestRequest digests:
                    // The map was read before any of the registers: whatever is handled in a slot after its digest was taken goes by this map or a later one.
                    return digests.Answer(map, DigestOf);
                case KeysRequest keys:
                    return await List(keys);
                case OneSlotRequest one:
                    var shard = ShardOf(one.Slot);
                    var reply = shard.Handle(_lease, one, out var position);
                    await shard.Flush(position);
                    return reply;
                default:
                    throw new ArgumentException($"unknown request {request.GetType().Name}", nameof(request));
            }
        }
        catch (InvariantViolationException violation)
        {
            Break(violation);
            return null;
        }
        catch (IOException failure)
        {
            Break(failure);
            return null;
        }
    }

    private async ValueTask<SlotReply?> List(KeysRequest request)
    {
        var entries = new List<KeyEntry>();
        var positions = new long[_shards.Length];
        var hasMore = false;
        for (var i = 0; i < _shards.Length; i++)
        {
            if (!_shards[i].List(_lease, request, entries, out var map, out var more, out positions[i]))
                return map is not null && map.Epoch > request.Epoch ? new StaleSlotReply(request.Round, map) : null;
            hasMore |= more;
        }

        entries.Sort(static (left, right) => left.Key.CompareTo(right.Key));
        // A shard that has more than it gave has filled the limit by itself: what is cut off here lies behind all that it has given or not.
        if (entries.Count > request.Limit)
        {
            entries.RemoveRange(request.Limit, entries.Count - request.Limit);
            hasMore = true;
        }

        for (var i = 0; i < positions.Length; i++) await _shards[i].Flush(positions[i]);
        return new KeysReply(request.Round, [.. entries], hasMore);
    }

    /// <inheritdoc cref="ReplicaShard.ReadDue"/>
    public bool ReadDue(int shard, HybridTimestamp now, DueKey? after, int limit, List<DueKey> found) => _shards[shard].ReadDue(now, after, limit, found);

    /// <summary>How many parts the store has: see <see cref="ReadDue"/>.</summary>
    public int Shards => _shards.Length;

    /// <summary>The register, to be handed on. False where there is none, and where its state is corrupt.</summary>
    public bool TryGet(Key key, out Register register) => ShardOf(key.Slot).TryGet(key, out register);

    /// <summary>The keys whose copies here list conflicts, in no order.</summary>
    public List<Key> KeysWithConflicts()
    {
        var keys = new List<Key>();
        foreach (var shard in _shards) shard.AddKeysWithConflicts(keys);
        return keys;
    }

    public ulong DigestOf(Slot slot) => ShardOf(slot).DigestOf(slot);

    public PurgeCandidates FindPurgeable(Slot slot, HybridTimestamp before, int limit) => ShardOf(slot).FindPurgeable(slot, before, limit);

    /// <inheritdoc cref="ReplicaShard.Scrub"/>
    public long Scrub(Slot slot, List<Key> corrupt) => ShardOf(slot).Scrub(slot, corrupt);

    /// <summary>This silo has learned a map: drops what it holds no copies of any more. Handling does so too, but only for slots that are asked for.</summary>
    public void Follow()
    {
        if (_closed) return;
        try
        {
            foreach (var shard in _shards) shard.Follow(_lease);
        }
        catch (InvariantViolationException violation)
        {
            Break(violation);
        }
    }

    /// <summary>
    /// Drops everything, floors and promises too, and begins as another, empty store, whose id is returned. Only for a store that no map has any more, nor ever will have:
    /// a vote that was given in its name could be given again otherwise, differently.
    /// </summary>
    /// <exception cref="InvalidOperationException">The present map has the store, or another host holds it by now.</exception>
    public async ValueTask<StoreId> Wipe()
    {
        var former = Store;
        if (_topology.View.Map is { } map && map.Contains(new NodeId(_topology.Self.Name, former)))
            throw new InvalidOperationException($"store {former} is a member of the map of {map.Epoch}");
        var keys = Status.Keys;
        await _memory.Wipe(_lease, _topology.Self.Name);
        LogWiped(former, Store, keys);
        return Store;
    }

    /// <summary>Loses a register, as no memory should: a fault, for tests. False where there is none.</summary>
    internal bool Forget(Key key) => ShardOf(key.Slot).Alter(key, static _ => Register.Absent);

    /// <summary>
    /// Alters the value of a key in memory, as a broken memory would: a fault, for tests. The hash that was taken when the value was accepted stays as it was, unless
    /// <paramref name="withHash"/>: then only the other replicas can tell. False where the key has no value here.
    /// </summary>
    internal bool Corrupt(Key key, bool withHash) => ShardOf(key.Slot).Alter(key, register =>
    {
        if (register.State is not { IsTombstone: false, Value.Length: > 0 } state) return register;
        var value = state.Value.ToArray();
        // Another object: the one that is stored is shared with proposers, whose memory is not what breaks here.
        var altered = new RegisterState(false, value, state.ContentType, state.Version, state.Modified, state.Expiry, state.Stamp, state.Memory);
        if (!withHash) _ = altered.Hash;
        value[^1] ^= 1;
        return register with { State = altered };
    });
}
