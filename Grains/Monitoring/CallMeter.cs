using System.Diagnostics;
using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Grains.Monitoring;

/// <summary>Counts one kind of call. Any thread; a report that is made meanwhile may have a call in one of its numbers and not yet in another.</summary>
internal sealed class CallMeter
{
    private readonly long[] _buckets = new long[LatencyBuckets.Count];
    private long _calls;
    private long _failed;
    private long _microseconds;

    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>A call has ended that began at that <see cref="Stopwatch"/> timestamp.</summary>
    public void Count(long begun, bool isFailed)
    {
        var microseconds = (Stopwatch.GetTimestamp() - begun) / (Stopwatch.Frequency / 1_000_000);
        Interlocked.Increment(ref _buckets[LatencyBuckets.IndexOf(microseconds)]);
        Interlocked.Add(ref _microseconds, microseconds);
        if (isFailed) Interlocked.Increment(ref _failed);
        Interlocked.Increment(ref _calls);
    }

    /// <summary>Counts the call when it ends; one that has ended already costs nothing more.</summary>
    public Task<T> Follow<T>(long begun, Task<T> call)
    {
        if (!call.IsCompleted) return Await(begun, call);
        Count(begun, !call.IsCompletedSuccessfully);
        return call;
    }

    public CallCounts Report(string name, int activations = 0)
    {
        var buckets = new List<int>();
        var counts = new List<long>();
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            var count = Interlocked.Read(ref _buckets[bucket]);
            if (count == 0) continue;
            buckets.Add(bucket);
            counts.Add(count);
        }

        return new CallCounts
        {
            Name = name,
            Calls = Interlocked.Read(ref _calls),
            Failed = Interlocked.Read(ref _failed),
            Microseconds = Interlocked.Read(ref _microseconds),
            Buckets = [.. buckets],
            Counts = [.. counts],
            Activations = activations,
        };
    }

    private async Task<T> Await<T>(long begun, Task<T> call)
    {
        try
        {
            return await call;
        }
        finally
        {
            Count(begun, !call.IsCompletedSuccessfully);
        }
    }
}
