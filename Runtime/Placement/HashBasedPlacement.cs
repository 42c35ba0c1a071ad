namespace Orleans.Runtime;

[GenerateSerializer]
[Immutable]
public sealed class HashBasedPlacement : PlacementStrategy
{
}
