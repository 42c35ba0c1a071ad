using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Topology;

namespace Orleans.Kv.Grains.Storage;

/// <summary>
/// What a silo's process remembers, and what its Orleans host must not take with it: the registers with their storage, the writes that were accepted without a quorum with the clock that
/// stamps them, the last known map and records, and the source of proposer ids. A silo that the others declared dead ends its host and starts another one in the same process on the same memory: it is the same node, which
/// was away for a while, and not an empty one.
/// <para>
/// <b>One host at a time.</b> A host that is being thrown away may have threads on their way: a batch half handled, a grain's turn, a store about to be wiped. None of them may touch
/// the registers once the next host works with them: it could bring an older map than the one that was answered under last (see <see cref="SlotRegisters"/>), or wipe a store that
/// has been registered anew. So each host holds a <see cref="StoreLease"/>, which every shard compares under its lock with the one in force. <see cref="Release"/>
/// takes it away, waits for a wipe that is under way and for the logs; only then the next host is built. A thread that comes late finds a replica that does not answer, which all others
/// know how to live with.
/// </para>
/// <para>
/// <b>Nothing is answered twice differently.</b> The registers and the logs stay the same objects: a promise given by the former host binds the next one, a reply of the next host waits for
/// what the former one was still saving, and the map known here is never older than one that a register was handled under. Proposers of both hosts may be at work at the same time, as
/// proposers always may: their ids come from one counter and never repeat.
/// </para>
/// <para>Where nothing restarts hosts (tests of whole clusters in one process), each host has a memory of its own and all this is without effect.</para>
/// </summary>
public sealed class SiloMemory(IRegisterStorage storage) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wiping = new(1);
    private readonly ulong _proposerHost = BitConverter.ToUInt64(Guid.NewGuid().ToByteArray(), 0);
    private ReplicaShard[] _shards = [];
    private StoreLease? _lease;
    private PendingStore? _pending;
    private volatile ClusterView _view = ClusterView.Empty;
    private ulong _proposers;

    /// <summary>Where the registers become durable, and the id of their store.</summary>
    public IRegisterStorage Storage => storage;

    /// <summary>The map and the records of nodes as they were last known here, as an authority would tell them; empty before the first.</summary>
    public AuthorityView Known
    {
        get
        {
            var view = _view;
            var map = view.Map is null ? ReadOnlyMemory<byte>.Empty : ClusterMapCodec.ToArray(view.Map);
            return new AuthorityView(view.Epoch.Number, map, view.Records);
        }
    }

    internal ClusterView View => _view;

    public void Dispose() => _wiping.Dispose();

    /// <summary>
    /// Takes the registers away from the host that holds them, and waits until everything it has appended to the logs is durable. After that none of its threads
    /// changes anything or gives an answer any more.
    /// </summary>
    /// <exception cref="IOException">A log failed: nobody knows what it holds, and the registers must not be used any more.</exception>
    public async Task Release()
    {
        ReplicaShard[] shards;
        lock (_gate)
        {
            _lease = null;
            shards = _shards;
        }

        foreach (var shard in shards) shard.HoldBy(null);
        await _wiping.WaitAsync();
        _wiping.Release();
        foreach (var shard in shards) await shard.FlushAll();
    }

    /// <summary>The pending writes: made by the first host that asks, and kept for the next ones.</summary>
    internal PendingStore Pending(Func<PendingStore> make)
    {
        lock (_gate) return _pending ??= make();
    }

    /// <summary>Gives the registers to that host, and takes them from any other. They are opened empty the first time.</summary>
    internal ReplicaShard[] Hold(StoreLease lease, string name, int shards)
    {
        lock (_gate)
        {
            if (_shards.Length == 0)
            {
                _shards = [.. Enumerable.Range(0, shards).Select(index => new ReplicaShard(index, shards))];
                Open(name);
            }

            if (_shards.Length != shards) throw new InvalidOperationException($"the store is cut into {_shards.Length} shards, and cannot be held as {shards}");
            _lease = lease;
            foreach (var shard in _shards) shard.HoldBy(lease);
            return _shards;
        }
    }

    internal bool IsHeldBy(StoreLease lease)
    {
        lock (_gate) return _lease == lease;
    }

    /// <summary>Drops everything and begins as an empty store with another id.</summary>
    /// <exception cref="InvalidOperationException">Another host holds the registers by now.</exception>
    internal async ValueTask Wipe(StoreLease lease, string name)
    {
        await _wiping.WaitAsync();
        try
        {
            if (!IsHeldBy(lease)) throw new InvalidOperationException("this host does not hold the store any more");
            await storage.Clear();
            Open(name);
        }
        finally
        {
            _wiping.Release();
        }
    }

    /// <summary>Keeps what is known of the cluster for the next host. A view of an older map than the one that is known changes nothing.</summary>
    internal void Learn(ClusterView view)
    {
        lock (_gate)
        {
            if (view.Epoch >= _view.Epoch) _view = view;
        }
    }

    /// <summary>An id that no proposer ever had or will have.</summary>
    internal ProposerId NewProposer() => new(_proposerHost, Interlocked.Increment(ref _proposers));

    private void Open(string name)
    {
        var self = new NodeId(name, storage.Store);
        for (var i = 0; i < _shards.Length; i++) _shards[i].Open(self, storage.Open(i));
    }
}
