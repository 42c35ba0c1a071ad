using Orleans.Placement;

namespace Orleans.Kv.Bench.Engine;

// Placed at random: the engines' default placements differ, and what is compared is the cost of a call.
[RandomPlacement]
public sealed class EchoGrain : Grain, IEchoGrain
{
    public ValueTask<byte[]> Echo(byte[] payload) => ValueTask.FromResult(payload);
}
