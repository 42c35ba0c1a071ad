namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[GenerateSerializer, Alias("TimerReport")]
public sealed record TimerReport([property: Id(0)] int Ticks, [property: Id(1)] int TicksDuringCalls);
