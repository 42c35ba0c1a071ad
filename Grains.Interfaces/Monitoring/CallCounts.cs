namespace Orleans.Kv.Interfaces.Monitoring;

/// <summary>How often something was called, how often in vain, and how long it took.</summary>
[GenerateSerializer, Immutable, Alias("kv.CallCounts")]
public sealed class CallCounts
{
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Calls that have ended.</summary>
    [Id(1)]
    public long Calls { get; init; }

    /// <summary>Those among them that failed.</summary>
    [Id(2)]
    public long Failed { get; init; }

    /// <summary>How long all of them took together, in microseconds.</summary>
    [Id(3)]
    public long Microseconds { get; init; }

    /// <summary>The numbers of those <see cref="LatencyBuckets"/> that calls have fallen into, rising.</summary>
    [Id(4)]
    public int[] Buckets { get; init; } = [];

    /// <summary>How many calls fell into each of <see cref="Buckets"/>.</summary>
    [Id(5)]
    public long[] Counts { get; init; } = [];

    /// <summary>Activations at this moment; 0 for what has none.</summary>
    [Id(6)]
    public int Activations { get; init; }
}
