namespace Orleans.Kv.Interfaces.Replicas;

/// <summary>Which pending write is meant: a silo accepts no two with the same clock.</summary>
/// <param name="Key">The key it writes.</param>
/// <param name="Clock">The hybrid timestamp it was accepted at.</param>
/// <param name="Silo">The silo that accepted it, its owner.</param>
[GenerateSerializer, Immutable, Alias("kv.WriteName")]
public readonly record struct WriteName([property: Id(0)] string Key, [property: Id(1)] long Clock, [property: Id(2)] string Silo);
