using Orleans.Placement;

namespace Orleans.Kv.Tests.Runtime.Host.Placement;

[AttributeUsage(AttributeTargets.Class)]
public sealed class NamedSiloPlacementAttribute() : PlacementAttribute(new NamedSiloPlacement());
