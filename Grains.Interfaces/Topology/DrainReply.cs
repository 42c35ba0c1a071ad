namespace Orleans.Kv.Interfaces.Topology;

/// <summary>The answer to <see cref="ITopologyGrain.Drain"/>.</summary>
[GenerateSerializer, Immutable, Alias("kv.DrainReply")]
public sealed class DrainReply
{
    [Id(0)]
    public required DrainStatus Status { get; init; }

    /// <summary>For a person.</summary>
    [Id(1)]
    public required string Detail { get; init; }

    /// <summary>The epoch of the map as of the answer.</summary>
    [Id(2)]
    public required long Epoch { get; init; }
}
