namespace Orleans.Kv.Interfaces.Topology;

/// <summary>What the topology grain answers to a nudge.</summary>
[GenerateSerializer, Immutable, Alias("kv.TopologyReport")]
public sealed class TopologyReport
{
    /// <summary>The silo that hosts the topology grain.</summary>
    [Id(0)]
    public required string Leader { get; init; }

    /// <summary>The newest epoch it knows; 0 before the first map.</summary>
    [Id(1)]
    public required long Epoch { get; init; }
}
