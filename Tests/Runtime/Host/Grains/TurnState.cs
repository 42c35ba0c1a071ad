namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[GenerateSerializer, Alias("TurnState")]
public sealed record TurnState([property: Id(0)] int Held, [property: Id(1)] int Touched);
