namespace Orleans.Kv.Tests.Runtime.Host.Grains;

public sealed class TurnGrain : TurnGrainBase, ITurnGrain;
