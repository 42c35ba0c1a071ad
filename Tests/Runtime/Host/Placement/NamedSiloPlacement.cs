namespace Orleans.Kv.Tests.Runtime.Host.Placement;

/// <summary>The grain lives on the silo whose name its key ends with, after the last '@'.</summary>
[Serializable]
public sealed class NamedSiloPlacement : PlacementStrategy;
