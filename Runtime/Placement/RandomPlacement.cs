namespace Orleans.Runtime;

[GenerateSerializer]
[Immutable]
public sealed class RandomPlacement : PlacementStrategy
{
}
