using System.Numerics;

namespace Orleans.Kv.Interfaces.Monitoring;

/// <summary>
/// How durations are counted: in buckets whose width grows with the duration, eight to each doubling, so that a quantile is off by no more than an eighth of itself, whether it is a microsecond or a
/// minute. All silos count in the same ones, so that their counts may be added.
/// </summary>
public static class LatencyBuckets
{
    private const int BitsPerDoubling = 3;
    private const int PerDoubling = 1 << BitsPerDoubling;

    /// <summary>Two minutes: longer than any call may last. What is longer counts as this.</summary>
    private const int MaxBits = 27;

    /// <summary>How many buckets there are.</summary>
    public const int Count = (MaxBits - BitsPerDoubling + 1) * PerDoubling;

    /// <summary>The number of the bucket for a duration in microseconds.</summary>
    public static int IndexOf(long microseconds)
    {
        if (microseconds < PerDoubling) return (int)Math.Max(microseconds, 0);
        if (microseconds >= 1L << MaxBits) return Count - 1;
        var shift = BitOperations.Log2((ulong)microseconds) - BitsPerDoubling;
        return (shift * PerDoubling) + (int)(microseconds >> shift);
    }

    /// <summary>The least duration that is longer than those in the bucket, in microseconds.</summary>
    public static long EndOf(int bucket)
    {
        if (bucket < PerDoubling) return bucket + 1;
        var shift = (bucket / PerDoubling) - 1;
        return (long)((bucket % PerDoubling) + PerDoubling + 1) << shift;
    }

    /// <summary>The duration in microseconds that this part of all calls stayed below; null where there were none.</summary>
    /// <param name="counts">One number for each bucket.</param>
    /// <param name="part">From 0 to 1.</param>
    public static long? Quantile(ReadOnlySpan<long> counts, double part)
    {
        var total = 0L;
        foreach (var count in counts) total += count;
        if (total == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(part * total));
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            rank -= counts[bucket];
            if (rank <= 0) return EndOf(bucket);
        }

        return EndOf(counts.Length - 1);
    }
}
