using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Availability;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Grains.Pending;

/// <summary>
/// What this silo keeps of writes that were accepted without a quorum: its own, and copies of those that other silos accepted.
/// <para>
/// It is no part of the store: a wipe does not touch it, and it can be carried over to the next Orleans host of the same process. Nothing leaves it but by
/// <see cref="Drop"/>, when it is merged. It is bounded, and full it refuses: what was answered as accepted is never dropped to make room.
/// </para>
/// <para>
/// The clock that stamps the writes lives here as well. It never runs back: a later write of a silo must have a higher stamp, through restarts of its host too. After a
/// restart of the process that rests on the machine's clock, and on the copies that others keep.
/// </para>
/// <para>Called on any thread.</para>
/// </summary>
public sealed class PendingStore(IOptions<PendingOptions> options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly PendingWrites _writes = new(options.Value.MaxWrites, options.Value.MaxBytes, options.Value.MaxOperations);
    private readonly HybridClock _clock = new();
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int _count;
    private volatile bool _isQuiet = true;

    /// <summary>How many writes are kept.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>About how many bytes they take.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _writes.Bytes;
        }
    }

    /// <summary>Nothing is kept and no accepted operation is remembered: no request can have to do with any.</summary>
    public bool IsQuiet => _isQuiet;

    /// <summary>Something to read whenever a write was added. For one reader.</summary>
    internal ChannelReader<bool> Added => _added.Reader;

    /// <summary>The writes to the key, one per owner.</summary>
    internal ImmutableArray<PendingWrite> Of(Key key)
    {
        if (_isQuiet) return [];
        lock (_gate) return _writes.Of(key);
    }

    /// <inheritdoc cref="PendingWrites.IsAccepted"/>
    internal bool IsAccepted(OperationId operation)
    {
        if (_isQuiet) return false;
        lock (_gate) return _writes.IsAccepted(operation);
    }

    /// <inheritdoc cref="PendingWrites.Holds"/>
    internal bool Holds(Key key, WriteStamp stamp)
    {
        lock (_gate) return _writes.Holds(key, stamp);
    }

    /// <summary>All writes that are kept, in the order in which they came.</summary>
    internal PendingWrite[] Snapshot()
    {
        lock (_gate) return [.. _writes.All];
    }

    /// <summary>
    /// Judges a write against the copies that were gathered, and takes it in if nothing speaks against it. In one step, so that of two writes that each want the key to be absent only one
    /// gets its wish on this silo.
    /// </summary>
    internal Acceptance Accept(Key key, string owner, Operation operation, KnownCopies copies, bool isUncertain)
    {
        lock (_gate)
        {
            if (copies.IsAccepted || _writes.IsAccepted(operation.Id) || KnownCopies.HasMerged(copies.State, operation.Id)) return Acceptance.Known.Instance;
            foreach (var write in _writes.Of(key)) copies.Add(write);
            _clock.Observe(copies.State?.Stamp ?? HybridTimestamp.Zero);
            _clock.Observe(copies.Written.Clock);
            foreach (var write in copies.Pending) _clock.Observe(write.Stamp.Clock);

            var now = _clock.Now(time.GetUtcNow().ToUnixTimeMilliseconds());
            if (PendingRules.Judge(operation, copies, now, isUncertain) is { } refused) return refused;
            var accepted = new PendingWrite
            {
                Key = key,
                Stamp = new WriteStamp(now, owner),
                Base = copies.Written,
                Seen = PendingWrites.SeenBy(owner, copies.Pending),
                OperationId = operation.Id,
                Deadline = operation.Deadline,
                Kind = operation.Kind,
                Value = operation.Value,
                ContentType = operation.ContentType,
                Expiry = operation.TimeToLive > TimeSpan.Zero ? now.Plus(operation.TimeToLive) : HybridTimestamp.Zero,
            };
            return TryAdd(accepted) ? new Acceptance.Kept(accepted) : new Acceptance.Refused(isUncertain ? ReplyStatus.Unknown : ReplyStatus.PendingFull);
        }
    }

    /// <summary>Keeps a copy of another silo's write. False where there is no room; true also where that write or a later one of its owner is kept already.</summary>
    internal bool Keep(PendingWrite write)
    {
        lock (_gate)
        {
            _clock.Observe(write.Stamp.Clock);
            return TryAdd(write);
        }
    }

    /// <inheritdoc cref="PendingWrites.Drop"/>
    internal bool Drop(Key key, WriteStamp stamp)
    {
        lock (_gate)
        {
            var dropped = _writes.Drop(key, stamp);
            Volatile.Write(ref _count, _writes.Count);
            return dropped;
        }
    }

    /// <summary>Forgets the operations whose deadlines have passed, but for those whose writes are still kept.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            // By the clock that judges deadlines: what it forgets is too late from now on, whatever the machine's clock does.
            _writes.Forget(_clock.Now(time.GetUtcNow().ToUnixTimeMilliseconds()));
            _isQuiet = _writes.Count == 0 && _writes.Operations == 0;
        }
    }

    private bool TryAdd(PendingWrite write)
    {
        if (!_writes.TryAdd(write)) return false;
        Volatile.Write(ref _count, _writes.Count);
        _isQuiet = false;
        _added.Writer.TryWrite(true);
        return true;
    }
}
