using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Grains.Storage;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Grains.Replicas;

/// <summary>
/// A silo's replica: the acceptor of every key the silo holds a copy of.
/// <para>
/// It is cut into shards of whole slots, one per core. A request is handled by the thread that brings it, under its shard's lock: the key grains of
/// this silo call in directly, the other silos' batches and questions arrive through the replica service. Requests for one key are thereby handled one after
/// another in the order of their arrival, and different shards at once.
/// </para>
/// <para>
/// What it promises: a reply leaves after the register it was computed from is durable (<see cref="IRegisterLog"/>); a request of a newer
/// epoch waits until this silo has that epoch's map; what was answered under an epoch is never followed by the handling of an older one in that slot; a batch meant
/// for another store is not answered. When an invariant of the protocol breaks it never answers again and stops the process: one wrong vote can undo what others were told.
/// </para>
/// <para>
/// The store can be wiped while the silo runs (<see cref="Wipe"/>), once no map has it any more. From then on it is another node's, which is in no map yet and has no say
/// in any slot. So what was still on its way to the former store is not answered in its name: no map names both.
/// </para>
/// <para>
/// The registers are not its own but the <see cref="SiloMemory"/>'s, which outlives this host; when the memory gives them to the next one, this replica answers nothing any more.
/// </para>
/// <para>What it relies on: <see cref="TopologyAgent"/> never goes back to an older map; the storage's id is as old as its content.</para>
/// </summary>
internal sealed partial class Replica : IKeySource
{
    // A thread's buffer that one large value has stretched beyond this is not kept.
    private const int KeptBufferBytes = 1 << 20;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_output;

    private readonly ReplicaShard[] _shards;
    private readonly SiloMemory _memory;
    private readonly StoreLease _lease;
    private readonly TopologyAgent _topology;
    private readonly ChangeFeed _changes;
    private readonly ReplicaOptions _options;
    private readonly IFatalErrorHandler _fatal;
    private readonly ILogger<Replica> _logger;
    private volatile bool _closed;

    public Replica(
        SiloMemory memory, TopologyAgent topology, ChangeFeed changes, IOptions<ReplicaOptions> options, IFatalErrorHandler fatal, ILogger<Replica> logger)
    {
        _memory = memory;
        _lease = new StoreLease(topology);
        _topology = topology;
        _changes = changes;
        _options = options.Value;
        _fatal = fatal;
        _logger = logger;
        _shards = memory.Hold(_lease, topology.Self.Name, _options.Shards);
    }

    public StoreId Store => _memory.Storage.Store;

    /// <summary>What the store knows of itself; <see cref="Coordination.OwnStatus"/> adds what the node does.</summary>
    public ReplicaStatus Status
    {
        get
        {
            long keys = 0, tombstones = 0, bytes = 0;
            foreach (var shard in _shards)
            {
                keys += shard.Keys;
                tombstones += shard.Tombstones;
                bytes += shard.Bytes;
            }

            return new ReplicaStatus { Store = Store.Value, Epoch = _topology.View.Epoch.Number, Keys = keys, Tombstones = tombstones, Bytes = bytes };
        }
    }

    /// <summary>No request is answered from now on. Those that were answered stay as they are.</summary>
    public void Close() => _closed = true;

    /// <summary>An invariant of the protocol is broken or the storage has failed: answers nothing any more, and has the process stopped.</summary>
    public void Break(Exception exception)
    {
        if (_closed) return;
        _closed = true;
        LogBroken(exception);
        // The handler takes its time to stop the process, and the caller may hold a grain's turn.
        ThreadPool.UnsafeQueueUserWorkItem(_ => _fatal.OnFatalException(this, "replica", exception), null);
    }

    /// <summary>
    /// Handles a request of this silo's own proposer; null when there is no answer to be had. Completes at once unless the storage is slow.
    /// </summary>
    public ValueTask<Reply?> Handle(Request request)
    {
        if (_closed) return default;
        try
        {
            var shard = ShardOf(request.Key.Slot);
            var reply = shard.Handle(_lease, request, MayGrow(), out var position, out var newVersion);
            if (newVersion) Hint(request);
            if (reply is null) return default;
            var durable = shard.Flush(position);
            return durable.IsCompletedSuccessfully ? new ValueTask<Reply?>(reply) : Released(durable, reply);
        }
        catch (InvariantViolationException violation)
        {
            Break(violation);
            return default;
        }
    }

    /// <summary>Handles another silo's batch.</summary>
    public async ValueTask<DeliveryReply> Handle(Guid store, byte[] frame)
    {
        if (RefusalOf(store) is { } refusal) return refusal;
        var requests = new List<RequestEnvelope>();
        try
        {
            FrameCodec.ReadRequests(frame, FrameOwnership.Owned, requests, this);
        }
        catch (FrameFormatException malformed)
        {
            LogMalformed(malformed.Position, malformed.Fault);
            return Refused(DeliveryStatus.Malformed, malformed.Message);
        }

        var epoch = NewestOf(requests);
        if (epoch > _topology.View.Epoch) await _topology.Reach(epoch, _options.MapPatience);
        if (_topology.View.Map is null) return Refused(DeliveryStatus.Closed, "this silo has no map yet");
        try
        {
            var replies = Apply(requests, out var positions, out var unseen);
            for (var i = 0; i < positions.Length; i++) await _shards[i].Flush(positions[i]);
            return new DeliveryReply { Status = DeliveryStatus.Delivered, Frame = Encode(replies), Unseen = unseen };
        }
        catch (InvariantViolationException violation)
        {
            return Broken(violation, "an invariant of the protocol is broken");
        }
        catch (IOException failure)
        {
            // Nobody knows any more what a restart would find.
            return Broken(failure, "the storage failed");
        }
    }

    // The hash is taken twice, here and by the new object where the key is not known; where it is, one hash saves an object.
    Key? IKeySource.Find(ReadOnlySpan<byte> utf8)
    {
        var bytes = new KeyBytes(utf8);
        return ShardOf(bytes.Slot).Find(bytes);
    }

    // A batch of Prepares or Reads is small, and the states that answer it may be thousands of megabytes: the rest is for another frame.
    private List<ReplyEnvelope> Apply(List<RequestEnvelope> requests, out long[] positions, out int unseen)
    {
        positions = new long[_shards.Length];
        unseen = requests.Count;
        var mayGrow = MayGrow();
        var replies = new List<ReplyEnvelope>(requests.Count);
        var bytes = 0L;
        foreach (var (correlation, request) in requests)
        {
            if (bytes >= _options.MaxReplyBytes) break;
            unseen--;
            var index = request.Key.Slot.Index % _shards.Length;
            var reply = _shards[index].Handle(_lease, request, mayGrow, out var position, out var newVersion);
            if (newVersion) Hint(request);
            positions[index] = Math.Max(positions[index], position);
            if (reply is null) continue;
            replies.Add(new ReplyEnvelope(correlation, reply));
            bytes += FrameCodec.EstimateBytes(reply);
        }

        return replies;
    }

    // Before the reply leaves, so that what is answered to be committed has been hinted at. Whether the state is durable yet does not matter to a hint.
    private void Hint(Request request) => _changes.Hint(request.Key, ((AcceptRequest)request).State);

    private static Epoch NewestOf(List<RequestEnvelope> requests)
    {
        var newest = Epoch.None;
        foreach (var envelope in requests)
        {
            if (envelope.Request.Epoch > newest) newest = envelope.Request.Epoch;
        }

        return newest;
    }

    private static byte[] Encode(List<ReplyEnvelope> replies)
    {
        var output = t_output ??= new ArrayBufferWriter<byte>(16 * 1024);
        output.ResetWrittenCount();
        FrameCodec.WriteReplies(output, CollectionsMarshal.AsSpan(replies));
        var frame = output.WrittenSpan.ToArray();
        if (output.Capacity > KeptBufferBytes) t_output = null;
        return frame;
    }

    private async ValueTask<Reply?> Released(ValueTask durable, Reply reply)
    {
        try
        {
            await durable;
            return reply;
        }
        catch (IOException failure)
        {
            Break(failure);
            return null;
        }
    }

    private bool MayGrow()
    {
        long bytes = 0;
        foreach (var shard in _shards) bytes += shard.Bytes;
        return bytes < _options.MaxBytes;
    }

    private ReplicaShard ShardOf(Slot slot) => _shards[slot.Index % _shards.Length];

    private DeliveryReply? RefusalOf(Guid store)
    {
        if (_closed) return Refused(DeliveryStatus.Closed, "the replica is closed");
        return store == Store.Value ? null : Refused(DeliveryStatus.AnotherStore, $"this is store {Store}");
    }

    private DeliveryReply Broken(Exception fault, string detail)
    {
        Break(fault);
        return Refused(DeliveryStatus.Closed, detail);
    }

    private static DeliveryReply Refused(DeliveryStatus status, string detail) => new() { Status = status, Detail = detail };

    [LoggerMessage(1001, LogLevel.Warning, "A message from another silo cannot be read at byte {Position}: {Fault}", EventName = "MalformedBatch")]
    private partial void LogMalformed(int position, string fault);

    [LoggerMessage(1002, LogLevel.Critical, "The protocol or the storage is broken; this node answers nothing any more and stops", EventName = "ReplicaBroken")]
    private partial void LogBroken(Exception exception);

    [LoggerMessage(1003, LogLevel.Warning, "Store {Former} is wiped: {Keys} keys are dropped, and the silo goes on with the empty store {Store}", EventName = "StoreWiped")]
    private partial void LogWiped(StoreId former, StoreId store, long keys);
}
