namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[Reentrant]
public sealed class ReentrantGrain : TurnGrainBase, IReentrantGrain
{
    private const int Rounds = 20_000;
    private long _sum;

    public async Task<long> Spin()
    {
        await Task.Yield();
        for (var i = 0; i < Rounds; i++)
            _sum++;
        return _sum;
    }
}
