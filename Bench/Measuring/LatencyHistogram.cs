using System.Diagnostics;
using System.Numerics;

namespace Orleans.Kv.Bench.Measuring;

/// <summary>Counts latencies in buckets that are at most 1/64 of their value wide. One writer; merge when it is done.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private readonly long[] _counts = new long[(64 - SubBits) * Sub];

    public long Count { get; private set; }

    public double MaxMilliseconds { get; private set; }

    public void Record(long stopwatchTicks)
    {
        var nanoseconds = (ulong)(stopwatchTicks * (1_000_000_000.0 / Stopwatch.Frequency));
        _counts[Bucket(nanoseconds)]++;
        Count++;
        MaxMilliseconds = Math.Max(MaxMilliseconds, nanoseconds / 1e6);
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        MaxMilliseconds = Math.Max(MaxMilliseconds, other.MaxMilliseconds);
    }

    /// <summary>The latency in milliseconds that the share <paramref name="part"/> of all stayed at or below.</summary>
    public double Percentile(double part)
    {
        var rank = (long)Math.Ceiling(Count * part);
        for (var i = 0; i < _counts.Length; i++)
        {
            rank -= _counts[i];
            if (rank <= 0)
                return UpperBound(i) / 1e6;
        }

        return MaxMilliseconds;
    }

    private static int Bucket(ulong value)
    {
        if (value < Sub)
            return (int)value;
        var shift = BitOperations.Log2(value) - SubBits;
        return ((shift + 1) << SubBits) + (int)(value >> shift) - Sub;
    }

    private static ulong UpperBound(int bucket)
    {
        if (bucket < Sub)
            return (ulong)bucket;
        var shift = (bucket >> SubBits) - 1;
        return (((ulong)(bucket & (Sub - 1)) + Sub + 1) << shift) - 1;
    }
}
