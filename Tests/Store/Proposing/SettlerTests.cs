using System.Diagnostics;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Store.Proposing;

[Collection(SharedStore.Name)]
public sealed class SettlerTests(StoreFixture fixture, ITestOutputHelper output)
{
    private readonly StoreCluster _cluster = fixture.Cluster;

    [Fact]
    public async Task Settle_OfManyKeysAtOnce_CommitsEachAnew_AndChangesNoValue()
    {
        const int keys = 3000;
        var names = await Write("settled-", keys);
        var silo = _cluster.Silos[0];
        var before = names.ToDictionary(key => key, key => Registers(key)[0]);

        var results = new Results(keys);
        var watch = Stopwatch.StartNew();
        foreach (var key in names) _cluster.Service<Settler>(silo).Settle(key, tag: 7, results);
        await results.All.WaitAsync(TimeSpan.FromSeconds(30));
        output.WriteLine($"{keys / watch.Elapsed.TotalSeconds:0} keys/s settled");

        Assert.Equal(keys, results.Count(SettleResult.Settled));
        foreach (var key in names)
        {
            var after = Registers(key);
            Assert.All(after, register => Assert.Equal(before[key].State, register.State));
            Assert.True(after.Count(register => register.Accepted > before[key].Accepted) >= 2, $"{key} was not accepted anew by two of three");
        }
    }

    [Fact]
    public async Task Redelivery_ToANodeThatLacksTheKey_GivesItTheSameStateUnderTheSameBallot()
    {
        const int keys = 3000;
        var names = await Write("redelivered-", keys);
        var (from, to) = (_cluster.Silos[0], _cluster.NodeOf(_cluster.Silos[1]));
        foreach (var key in names) Assert.True(_cluster.Service<Replica>(_cluster.Silos[1]).Forget(key));

        var results = new Results(keys);
        var watch = Stopwatch.StartNew();
        foreach (var key in names) _cluster.Service<Settler>(from).Redeliver(key, Ballot.Zero, [to], 1, tag: 7, results);
        await results.All.WaitAsync(TimeSpan.FromSeconds(30));
        output.WriteLine($"{keys / watch.Elapsed.TotalSeconds:0} keys/s redelivered");

        Assert.Equal(keys, results.Count(SettleResult.Redelivered));
        Assert.All(names, key => Assert.Single(Registers(key).Select(register => (register.Accepted, register.StateHash)).Distinct()));
    }

    [Fact]
    public async Task Redelivery_OfWhatThisSiloDoesNotHold_SettlesTheKeyInstead()
    {
        var key = (await Write("not-held-", 1))[0];
        var silo = _cluster.Silos[2];
        Assert.True(_cluster.Service<Replica>(silo).Forget(key));
        var results = new Results(1);
        _cluster.Service<Settler>(silo).Redeliver(key, Ballot.Zero, [_cluster.NodeOf(_cluster.Silos[1])], 1, tag: 7, results);
        await results.All.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, results.Count(SettleResult.Settled));
    }

    [Fact]
    public async Task Settle_OfAKeyThatNobodyHas_IsDone_AndWritesNothing()
    {
        var key = Key.From("nobody-has-it");
        var results = new Results(1);
        _cluster.Service<Settler>(_cluster.Silos[0]).Settle(key, tag: 7, results);
        await results.All.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(1, results.Count(SettleResult.Settled));
        Assert.All(Registers(key), register => Assert.Null(register.State));
    }

    private async Task<Key[]> Write(string prefix, int count)
    {
        var origin = new Origin();
        var names = Enumerable.Range(0, count).Select(i => prefix + i).ToArray();
        foreach (var chunk in names.Chunk(200))
        {
            var replies = await Task.WhenAll(chunk.Select(name => _cluster.Key(name).Execute(origin.Store("1")).AsTask()));
            Assert.All(replies, reply => Assert.Equal(ReplyStatus.Done, reply.Status));
        }

        // A key is written when two of three have it; the third may still be on its way.
        var keys = names.Select(Key.From).ToArray();
        await Eventually.Seen("every key on three nodes", () => keys.Count(key => Registers(key).Distinct().Count() > 1 || Registers(key).Length < 3), behind => behind == 0);
        return keys;
    }

    private Register[] Registers(Key key) =>
        [.. _cluster.Silos.Select(silo => _cluster.Service<Replica>(silo).TryGet(key, out var register) ? register : Register.Absent)];

    private sealed class Results(int expected) : ISettleReceiver
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly int[] _counts = new int[3];
        private int _left = expected;

        public Task All => _all.Task;

        public int Count(SettleResult result) => _counts[(int)result];

        public void OnSettled(Key key, long tag, SettleResult result)
        {
            Assert.Equal(7, tag);
            Interlocked.Increment(ref _counts[(int)result]);
            if (Interlocked.Decrement(ref _left) == 0) _all.SetResult();
        }
    }
}
