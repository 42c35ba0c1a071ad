namespace Orleans.Runtime;

/// <summary>How many activations of one grain class a silo has.</summary>
[Serializable, GenerateSerializer, Immutable]
public sealed class SimpleGrainStatistic
{
    /// <summary>The full name of the grain class.</summary>
    [Id(0)]
    public string GrainType { get; init; } = default!;

    [Id(1)]
    public SiloAddress SiloAddress { get; init; } = default!;

    [Id(2)]
    public int ActivationCount { get; init; }

    public override string ToString() => $"SimpleGrainStatistic: GrainType={GrainType} Silo={SiloAddress} NumActivations={ActivationCount}";
}
