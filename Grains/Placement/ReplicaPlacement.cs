namespace Orleans.Kv.Grains.Placement;

/// <summary>Places a key's grain on a silo that holds a copy of the key, so that one of the copies is a method call away.</summary>
[GenerateSerializer, Immutable]
public sealed class ReplicaPlacement : PlacementStrategy
{
    internal static ReplicaPlacement Singleton { get; } = new();
}
