using System.Diagnostics;
using Orleans.Kv.Bench.Measuring;

namespace Orleans.Kv.Bench.Engine;

/// <summary>Keeps a number of calls in flight.</summary>
internal sealed class EngineLoad(IEchoGrain[] grains, int size, int flight)
{
    private readonly byte[] _payload = new byte[Math.Max(sizeof(long), size)];
    private long _failed;

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Calls every grain once, so that no activation falls into the measurement.</summary>
    public Task TouchAll() => Parallel.ForEachAsync(
        grains,
        new ParallelOptions { MaxDegreeOfParallelism = flight },
        async (grain, _) => await grain.Echo(_payload));

    public async Task<LatencyHistogram> Run(TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var callers = Enumerable.Range(0, flight).Select(seed => Task.Run(() => Call(new Random(seed), end))).ToArray();
        var all = new LatencyHistogram();
        foreach (var latencies in await Task.WhenAll(callers))
            all.Add(latencies);
        return all;
    }

    private async Task<LatencyHistogram> Call(Random random, long end)
    {
        var latencies = new LatencyHistogram();
        var payload = (byte[])_payload.Clone();
        for (var now = Stopwatch.GetTimestamp(); now < end;)
        {
            try
            {
                // A payload of its own for each call: an answer to another call does not pass for this one's.
                random.NextBytes(payload.AsSpan(0, sizeof(long)));
                var echo = await grains[random.Next(grains.Length)].Echo(payload);
                if (!echo.AsSpan().SequenceEqual(payload) || ReferenceEquals(echo, payload))
                    throw new BenchException("A grain did not give back what it was sent.");
                latencies.Record(Stopwatch.GetTimestamp() - now);
            }
            catch (Exception e) when (e is not BenchException)
            {
                if (Interlocked.Increment(ref _failed) == 1)
                    await Console.Error.WriteLineAsync($"The first call that failed: {e}");
            }

            now = Stopwatch.GetTimestamp();
        }

        return latencies;
    }
}
