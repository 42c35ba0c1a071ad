using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Availability;

/// <summary>What this silo knows of a key by itself, for its own gate and for those of the others.</summary>
internal sealed class LocalCopies(Replica replica, TopologyAgent topology, PendingStore pending, IOutlook outlook)
{
    /// <summary>Adds this silo's copy, if it has one to show, and the pending writes it keeps.</summary>
    public void AddTo(KnownCopies copies, Key key, OperationId operation)
    {
        if (TryGet(key, out var register)) copies.Add(register.Accepted, register.State, outlook.IsInSync);
        foreach (var write in pending.Of(key)) copies.Add(write);
        copies.IsAccepted |= pending.IsAccepted(operation);
    }

    /// <summary>The same, for another silo.</summary>
    public PeekReply Peek(PeekRequest request)
    {
        if (!Key.TryFrom(request.Key, out var key, out _)) return new PeekReply();
        var operation = new OperationId(OperationMapping.ToOrigin(request.Origin), request.Number);
        return new PeekReply
        {
            Frame = TryGet(key, out var register) ? CopyFrame.Write(register) : null,
            InSync = outlook.IsInSync,
            Pending = [.. pending.Of(key).Select(KeptWriteMapping.ToKept)],
            Accepted = pending.IsAccepted(operation),
        };
    }

    /// <summary>False where this silo holds no copies of the key, so that the absence of one says nothing, and where its copy is corrupt.</summary>
    private bool TryGet(Key key, out Register register)
    {
        if (replica.TryGet(key, out register)) return true;
        register = Register.Absent;
        return topology.View.Map is { } map && map[key].IndexOf(topology.Self) >= 0 && ((IKeySource)replica).Find(key.Utf8) is null;
    }
}
