namespace Orleans.Runtime;

/// <summary>One activation.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class DetailedGrainStatistic
{
    /// <summary>The full name of the grain class.</summary>
    [Id(0)]
    public string GrainType { get; init; } = default!;

    [Id(1)]
    public SiloAddress SiloAddress { get; init; } = default!;

    [Id(2)]
    public GrainId GrainId { get; init; }
}
