namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[GenerateSerializer, Alias("WorkerReport")]
public sealed record WorkerReport([property: Id(0)] SiloAddress Silo, [property: Id(1)] Guid Instance, [property: Id(2)] int AtOnce);
