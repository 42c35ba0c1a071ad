using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Storage;

namespace Orleans.Kv.Tests.Store.Clusters;

/// <summary>A storage whose flushes can be held back: a disk that hangs, and with it a replica that falls silent.</summary>
public sealed class StallingStorage : IRegisterStorage
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _stall;
    private long _position;
    private long _held;

    public StoreId Store { get; private set; } = new(Guid.NewGuid());

    /// <summary>How many replies wait for a flush, or have waited.</summary>
    public long Held => Interlocked.Read(ref _held);

    public void Stall()
    {
        lock (_gate) _stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void Resume()
    {
        TaskCompletionSource? stall;
        lock (_gate)
        {
            stall = _stall;
            _stall = null;
        }

        stall?.SetResult();
    }

    public IRegisterLog Open(int shard) => new Log(this);

    public ValueTask Clear()
    {
        Store = new StoreId(Guid.NewGuid());
        return ValueTask.CompletedTask;
    }

    private sealed class Log(StallingStorage storage) : IRegisterLog
    {
        public long Position => Interlocked.Read(ref storage._position);

        public void Append(Key key, in Register register) => Interlocked.Increment(ref storage._position);

        public void AppendFloor(Slot slot, in Floor floor) => Interlocked.Increment(ref storage._position);

        public void AppendVacated(Slot slot) => Interlocked.Increment(ref storage._position);

        public ValueTask Flush(long position)
        {
            lock (storage._gate)
            {
                if (storage._stall is not { } stall) return ValueTask.CompletedTask;
                Interlocked.Increment(ref storage._held);
                return new ValueTask(stall.Task);
            }
        }
    }
}
