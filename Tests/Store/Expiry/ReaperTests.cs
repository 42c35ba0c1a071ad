using System.Diagnostics;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Expiry;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Expiry;

/// <summary>What is due ends by a committed tombstone, though nobody asks for it.</summary>
public sealed class ReaperTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private readonly Origin _origin = new();

    [Fact]
    public async Task ValuesThatNobodyTouches_AreReplacedByTombstonesEverywhere_AndOthersStay()
    {
        await using var cluster = await StoreCluster.Start();
        await StoreMany(cluster, 200, "due-", Short);
        await StoreMany(cluster, 20, "later-", TimeSpan.FromHours(1));
        await StoreMany(cluster, 20, "never-", TimeSpan.Zero);

        await Gone(cluster, cluster.Silos, 200, "due-");

        foreach (var silo in cluster.Silos)
        {
            Assert.All(Enumerable.Range(0, 20), i => Assert.False(StateOf(cluster, silo, $"later-{i}")!.IsTombstone));
            Assert.All(Enumerable.Range(0, 20), i => Assert.False(StateOf(cluster, silo, $"never-{i}")!.IsTombstone));
            Assert.Equal((0, 40), (cluster.Service<Replica>(silo).Status.Tombstones - 200, cluster.Service<Replica>(silo).Status.Keys));
        }

        var reply = await cluster.Key("due-1").Execute(_origin.Store("2"));
        Assert.Equal((true, 3), (reply.Created, reply.Version));
    }

    [Fact]
    public async Task WhenTheFirstReplicaIsDead_AnotherOneDoesIt()
    {
        await using var cluster = await StoreCluster.Start();
        var silos = cluster.Silos.ToList();
        await StoreMany(cluster, 100, "due-", TimeSpan.FromSeconds(1));
        await cluster.Kill(silos[2]);

        await Gone(cluster, silos[..2], 100, "due-");
    }

    [Fact]
    public async Task Touch_ProlongsAndEndsALife_AndNeedsSomethingToTouch()
    {
        await using var cluster = await StoreCluster.Start();
        await cluster.Key("a").Execute(_origin.Store("1", First));
        var stored = await cluster.Key("a").Execute(_origin.Fetch());

        var touched = await cluster.Key("a").Execute(_origin.Touch(TimeSpan.FromHours(1)));
        Assert.Equal((ReplyStatus.Done, 2), (touched.Status, touched.Version));
        var fetched = await cluster.Key("a").Execute(_origin.Fetch());
        Assert.Equal(("1", 2, stored.ModifiedUnixMilliseconds), (Origin.Text(fetched), fetched.Version, fetched.ModifiedUnixMilliseconds));
        Assert.InRange(fetched.ExpiresUnixMilliseconds - stored.ExpiresUnixMilliseconds, 3_000_000, 3_700_000);

        // A key with the first life of this one is gone, and this one is not.
        await cluster.Key("b").Execute(_origin.Store("1", First));
        await Gone(cluster, cluster.Silos, ["b"]);
        Assert.Equal("1", Origin.Text(await cluster.Key("a").Execute(_origin.Fetch())));

        Assert.Equal(ReplyStatus.ConditionFailed, (await cluster.Key("a").Execute(_origin.Touch(Short, ifVersion: 1))).Status);
        Assert.Equal(ReplyStatus.Done, (await cluster.Key("a").Execute(_origin.Touch(Short, ifVersion: 2))).Status);
        await Gone(cluster, cluster.Silos, ["a"]);
        Assert.Equal(ReplyStatus.NotFound, (await cluster.Key("a").Execute(_origin.Touch(Short))).Status);
    }

    [Fact]
    public async Task Touch_NeedsAQuorumInEitherMode()
    {
        await using var cluster = await SplitCluster.Start();
        await cluster.Must(ReplyStatus.Done, 0, "a", _origin.Store("1"));
        cluster.CutOff(2);

        await cluster.Must(ReplyStatus.NoQuorum, 2, "a", _origin.Touch(Short));
        await cluster.Must(ReplyStatus.Done, 0, "a", _origin.Touch(TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task ValuesDueWhileThereIsNoQuorum_GoWhenItIsBack()
    {
        await using var cluster = await SplitCluster.Start(ConsistencyMode.Consistent);
        for (var i = 0; i < 20; i++) await cluster.Must(ReplyStatus.Done, 0, $"due-{i}", _origin.Store("1", First));
        cluster.Cuts.Split([cluster.Silos[0].Name], [cluster.Silos[1].Name], [cluster.Silos[2].Name]);
        await Eventually.True("silos that know that they are alone", () => cluster.On(0, "due-1", _origin.Fetch()), reply => reply.Status == ReplyStatus.NoQuorum);
        await Task.WhenAll(cluster.Silos.Select(silo => Eventually.Seen(
            "values that are due", () => StateOf(cluster.Cluster, silo, "due-1"), state => state is { IsTombstone: false } && state.IsDue(HybridTimestamp.FromUnixMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())))));
        cluster.Cuts.Heal();

        await Gone(cluster.Cluster, cluster.Silos, 20, "due-");
    }

    [Fact]
    public async Task ManyValuesDueAtOnce_DoNotStallTraffic()
    {
        const int Many = 6_000;
        await using var cluster = await StoreCluster.Start();
        var clock = Stopwatch.StartNew();
        var due = TimeSpan.FromSeconds(6);
        var load = new Load(cluster, keys: 8, clients: 4, seed: 71, coordinated: 0.2);
        using var stop = new CancellationTokenSource();
        var running = load.Run(int.MaxValue, stop.Token);
        // All due in the same moment, whenever they were written; on a slow machine the last ones at once.
        await ForEach(Enumerable.Range(0, Many), async i =>
        {
            var left = due - clock.Elapsed;
            await cluster.Coordinator(cluster.Silos[0]).Execute($"due-{i}", _origin.Store("1", left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1)));
        });
        var answered = load.Answered;

        await Gone(cluster, cluster.Silos, Many, "due-", TimeSpan.FromSeconds(60));

        Assert.True(load.Answered > answered, "nobody was served meanwhile");
        await stop.CancelAsync();
        await running;
        load.AssertLinearizable(leastAnswered: 200);
        Assert.True(load.LongestGap < TimeSpan.FromSeconds(5), $"a key went without an answer for {load.LongestGap}");
        Assert.True(cluster.Silos.All(silo => cluster.Service<ExpiryCounters>(silo).Reaped > 0), "a silo left all work to the others");
    }

    private static RegisterState? StateOf(StoreCluster cluster, InProcessSiloHandle silo, string key) =>
        cluster.Service<Replica>(silo).TryGet(Key.From(key), out var register) ? register.State : null;

    private static Task<TimeSpan> Gone(StoreCluster cluster, IReadOnlyCollection<InProcessSiloHandle> silos, int count, string prefix, TimeSpan? within = null) =>
        Gone(cluster, silos, [.. Enumerable.Range(0, count).Select(i => prefix + i)], within);

    private static Task<TimeSpan> Gone(StoreCluster cluster, IReadOnlyCollection<InProcessSiloHandle> silos, string[] keys, TimeSpan? within = null) => Eventually.Seen(
        $"{keys.Length} lapsed keys on {silos.Count} silos",
        () => string.Join(", ", silos.Select(silo => keys.Count(key => StateOf(cluster, silo, key) is { IsLapsed: true }))),
        seen => seen.Split(", ").All(count => count == Origin.Json(keys.Length)),
        within);

    private Task StoreMany(StoreCluster cluster, int count, string prefix, TimeSpan lifetime) => ForEach(Enumerable.Range(0, count), async i =>
    {
        var reply = await cluster.Coordinator(cluster.Silos[0]).Execute(prefix + i, _origin.Store("1", lifetime));
        Assert.True(reply.Status == ReplyStatus.Done, $"storing {prefix}{i} was answered {reply.Status}");
    });

    private static Task ForEach<T>(IEnumerable<T> items, Func<T, Task> act) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (item, _) => await act(item));
}
