using Orleans.Kv.Interfaces.Monitoring;

namespace Orleans.Kv.Tests.Api.Statistics;

public sealed class LatencyBucketsTests
{
    [Fact]
    public void EveryDuration_FallsBelowTheEndOfItsBucket_AndNotFarBelow()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var microseconds = (long)Math.Pow(2, random.NextDouble() * 26.9);
            var bucket = LatencyBuckets.IndexOf(microseconds);
            var end = LatencyBuckets.EndOf(bucket);
            Assert.True(microseconds < end && end <= Math.Max(microseconds + 1, microseconds * 1.126), $"{microseconds} fell into bucket {bucket}, which ends at {end}");
            Assert.True(bucket == 0 || microseconds >= LatencyBuckets.EndOf(bucket - 1), $"{microseconds} belongs below bucket {bucket}");
        }
    }

    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, LatencyBuckets.Count - 1)]
    public void WhatIsOutOfRange_CountsAsTheNearest(long microseconds, int bucket) => Assert.Equal(bucket, LatencyBuckets.IndexOf(microseconds));

    [Fact]
    public void Quantile_IsTheLeastDurationThatThePartStaysBelow()
    {
        var counts = new long[LatencyBuckets.Count];
        Assert.Null(LatencyBuckets.Quantile(counts, 0.5));
        counts[2] = 98;
        counts[5] = 1;
        counts[7] = 1;
        Assert.Equal([3, 3, 6, 8], ((double[])[0.5, 0.98, 0.99, 1]).Select(part => LatencyBuckets.Quantile(counts, part)!.Value));
    }
}
