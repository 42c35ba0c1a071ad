namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>The stamp of a write to a key: when it was made, and by which silo without a quorum; an empty name for one that was committed at once.</summary>
[GenerateSerializer, Immutable, Alias("kv.WriteMark")]
public readonly record struct WriteMark([property: Id(0)] long Clock, [property: Id(1)] string Silo);
