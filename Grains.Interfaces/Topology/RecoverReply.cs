namespace Orleans.Kv.Interfaces.Topology;

/// <summary>The answer to <see cref="ITopologyGrain.Recover"/>: what giving up the missing nodes costs, or has cost.</summary>
[GenerateSerializer, Immutable, Alias("kv.RecoverReply")]
public sealed class RecoverReply
{
    [Id(0)]
    public required RecoverStatus Status { get; init; }

    /// <summary>For a person.</summary>
    [Id(1)]
    public required string Detail { get; init; }

    /// <summary>The epoch of the map as of the answer.</summary>
    [Id(2)]
    public required long Epoch { get; init; }

    /// <summary>Names of the nodes that are given up for ever, whatever they still hold.</summary>
    [Id(3)]
    public string[] Lost { get; init; } = [];

    /// <summary>Names of the nodes that go on.</summary>
    [Id(4)]
    public string[] Survivors { get; init; } = [];

    /// <summary>In how many of the slots fewer survive than a quorum needs: their newest writes may be lost.</summary>
    [Id(5)]
    public int SlotsAtRisk { get; init; }

    /// <summary>In how many of the slots nobody survives: all their keys are lost.</summary>
    [Id(6)]
    public int SlotsGone { get; init; }

    /// <summary>Of how many slots in all.</summary>
    [Id(7)]
    public int Slots { get; init; }
}
