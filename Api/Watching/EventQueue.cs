using System.Threading.Channels;

namespace Orleans.Kv.Api.Watching;

/// <summary>What waits for one watcher: bounded in number and bytes. One thread at a time adds (under the hub's lock), one reader takes.</summary>
internal sealed class EventQueue(int maxEvents, long maxBytes)
{
    private readonly Channel<WatchEvent> _events = Channel.CreateUnbounded<WatchEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private long _bytes;
    private int _count;

    /// <summary>False where there is no room. One event alone always has room, however large it is.</summary>
    public bool TryAdd(WatchEvent next)
    {
        var count = Volatile.Read(ref _count);
        if (count > 0 && (count >= maxEvents || Interlocked.Read(ref _bytes) + next.Size > maxBytes)) return false;
        // Counted first: the reader may have taken it before this returns.
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _bytes, next.Size);
        return _events.Writer.TryWrite(next);
    }

    /// <summary>No more events follow; who waits is woken.</summary>
    public void End() => _events.Writer.TryComplete();

    public bool TryTake(out WatchEvent? next)
    {
        if (!_events.Reader.TryRead(out next)) return false;
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -next.Size);
        return true;
    }

    /// <summary>Waits until there is something to take, or nothing to come any more.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _events.Reader.WaitToReadAsync(cancellation);
}
