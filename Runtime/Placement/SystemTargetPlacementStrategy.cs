namespace Orleans.Runtime;

/// <summary>The silo that the id names.</summary>
[GenerateSerializer]
[Immutable]
public sealed class SystemTargetPlacementStrategy : PlacementStrategy
{
    public static SystemTargetPlacementStrategy Instance { get; } = new();

    public override bool IsUsingGrainDirectory => false;
}
