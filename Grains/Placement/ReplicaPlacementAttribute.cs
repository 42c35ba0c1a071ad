using Orleans.Placement;

namespace Orleans.Kv.Grains.Placement;

/// <summary>Marks a grain class whose key is a key of the store and which wants to live beside a copy of it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReplicaPlacementAttribute() : PlacementAttribute(ReplicaPlacement.Singleton);
