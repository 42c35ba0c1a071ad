using System.Text;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Listing;
using Orleans.Kv.Interfaces.Listing;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Orleans.Kv.Tests.Store.Listing;

/// <summary>Pages of keys, put together of what several silos hold.</summary>
public sealed class ListingTests
{
    private readonly Origin _origin = new();

    [Fact]
    public async Task Pages_ListInOrderWhatExists_AndOnlyThat()
    {
        await using var cluster = await StoreCluster.Start();
        string[] there = ["a", "a/1", "a/10", "a/2", "b", "\uFF5E", "\U0001F600"];
        foreach (var key in there) await Store(cluster, key);
        foreach (var key in (string[])["a/15", "c"])
        {
            await Store(cluster, key);
            await cluster.Key(key).Execute(_origin.Delete());
        }

        foreach (var silo in cluster.Silos)
        {
            Assert.Equal(there, (await Page(cluster, silo)).Keys);
            Assert.Equal(["a/1", "a/10", "a/2"], (await Page(cluster, silo, prefix: "a/")).Keys);
            Assert.Equal(["a/10", "a/2"], (await Page(cluster, silo, prefix: "a/", after: "a/1")).Keys);
            Assert.Empty((await Page(cluster, silo, prefix: "c")).Keys);
            Assert.Equal(there, await Walk(cluster, silo, limit: 2));
        }

        var first = await Page(cluster, cluster.Silos[0], limit: 4);
        Assert.Equal((4, "a/2"), (first.Keys.Length, first.Next));
        Assert.Null((await Page(cluster, cluster.Silos[0], limit: 7)).Next);
    }

    [Fact]
    public async Task QuestionsThatBreakALimit_AreRefused()
    {
        await using var cluster = await StoreCluster.Start(silos: 1);
        var coordinator = cluster.Coordinator(cluster.Silos[0]);
        foreach (var request in new KeyListRequest[] { new() { Limit = 0 }, new() { Limit = KeyPage.MaxKeys + 1 }, new() { Limit = 1, Prefix = new string('x', 1_025) }, new() { Limit = 1, After = "\uD800" } })
        {
            var page = await coordinator.ListKeys(request);
            Assert.Equal(ReplyStatus.Invalid, page.Status);
            Assert.NotNull(page.Detail);
        }
    }

    [Fact]
    public async Task ManyDeletedKeys_AreWalkedOver()
    {
        // As much time for a page as it needs: by default one that takes long ends early, and the next one goes on.
        await using var cluster = await StoreCluster.Start(configure: (_, silo) => silo.Configure<ListingOptions>(options => options.PageTime = TimeSpan.FromMinutes(1)));
        await ForEach(Enumerable.Range(0, 3_000), async i =>
        {
            await Store(cluster, $"k-{i:0000}");
            if (i % 1_000 != 999) await cluster.Coordinator(cluster.Silos[0]).Execute($"k-{i:0000}", _origin.Delete());
        });

        Assert.Equal(["k-0999", "k-1999", "k-2999"], (await Page(cluster, cluster.Silos[1], limit: 3)).Keys);
        Assert.Equal(["k-0999", "k-1999", "k-2999"], await Walk(cluster, cluster.Silos[1], limit: 1));
    }

    [Fact]
    public async Task WalksUnderWriters_ASilosDeathAndAMigration_ListOnceWhatIsThereAllTheWhile()
    {
        await using var cluster = await StoreCluster.Start(silos: 4, formation: 3);
        var silos = cluster.Silos.ToList();
        await cluster.Converged(silos);
        var lasting = Enumerable.Range(0, 1_500).Select(i => $"w-{i:0000}-stays").ToArray();
        await ForEach(lasting, key => Store(cluster, key));
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() => Churn(cluster, silos[writer % 2], writer, stop.Token), CancellationToken.None)).ToArray();

        var walks = 0;
        async Task WalkAndCheck(InProcessSiloHandle by, int limit)
        {
            var listed = await Walk(cluster, by, limit, prefix: "w-");
            Assert.Equal(listed.Order(StringComparer.Ordinal), listed);
            Assert.Equal(listed.Length, listed.Distinct().Count());
            Assert.Equal(lasting, listed.Where(static key => key.EndsWith("-stays", StringComparison.Ordinal)));
            Assert.DoesNotContain(listed, static key => key.EndsWith("-never", StringComparison.Ordinal));
            walks++;
        }

        await WalkAndCheck(silos[0], 100);
        await WalkAndCheck(silos[1], 1_000);
        await cluster.Kill(silos[3]);
        await WalkAndCheck(silos[0], 50);
        await WalkAndCheck(silos[1], 700);
        // The survivors take over what the dead one held; walks meanwhile see both generations.
        var converged = cluster.Converged(silos[..3]);
        while (!converged.IsCompleted) await WalkAndCheck(silos[0], 200);
        await converged;
        await WalkAndCheck(silos[2], 1_000);
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(walks >= 5);
    }

    [Fact]
    public async Task InCp_TheSideWithoutAQuorum_ListsNothing_AndTheOtherEverything()
    {
        await using var cluster = await SplitCluster.Start(ConsistencyMode.Consistent);
        await cluster.Must(ReplyStatus.Done, 0, "a", _origin.Store("1"));
        cluster.CutOff(2);

        var refused = await cluster.Cluster.Coordinator(cluster.Silos[2]).ListKeys(new KeyListRequest { Limit = 10 });
        Assert.Equal(ReplyStatus.NoQuorum, refused.Status);
        Assert.NotNull(refused.Detail);
        Assert.Equal(["a"], (await Page(cluster.Cluster, cluster.Silos[0])).Keys);
    }

    [Fact]
    public async Task InAp_TheSideWithoutAQuorum_ListsWhatItKnows_PendingWritesIncluded_AndSaysSo()
    {
        await using var cluster = await SplitCluster.Start();
        foreach (var key in (string[])["a", "b", "c"]) await cluster.Must(ReplyStatus.Done, 0, key, _origin.Store("1"));
        await Eventually.Seen("copies on the third silo", () => (string[])["a", "b", "c"], keys => keys.All(key => cluster.StateOf(2, key) is not null));
        cluster.CutOff(2);
        await cluster.Must(ReplyStatus.Accepted, 2, "b", _origin.Delete());
        await cluster.Must(ReplyStatus.Accepted, 2, "bb", _origin.Store("2"));

        var page = await Page(cluster.Cluster, cluster.Silos[2]);
        Assert.Equal((true, "a bb c"), (page.Stale, string.Join(' ', page.Keys)));
        Assert.Equal(["bb", "c"], (await Page(cluster.Cluster, cluster.Silos[2], after: "a", limit: 2)).Keys);
        Assert.Equal(["bb"], (await Page(cluster.Cluster, cluster.Silos[2], prefix: "b")).Keys);
        var other = await Page(cluster.Cluster, cluster.Silos[0]);
        Assert.Equal((false, "a b c"), (other.Stale, string.Join(' ', other.Keys)));
    }

    private async Task Churn(StoreCluster cluster, InProcessSiloHandle by, int writer, CancellationToken stop)
    {
        var random = new Random(writer);
        while (!stop.IsCancellationRequested)
        {
            var key = $"w-{random.Next(1_500):0000}-{writer}";
            await cluster.Coordinator(by).Execute(key, random.Next(2) == 0 ? _origin.Store("1") : _origin.Delete());
            await cluster.Coordinator(by).Execute($"w-{random.Next(1_500):0000}-never", _origin.Update("1"));
            await cluster.Coordinator(by).Execute($"w-{random.Next(1_500):0000}-stays", _origin.Store("2"));
        }
    }

    private async Task Store(StoreCluster cluster, string key)
    {
        var reply = await cluster.Coordinator(cluster.Silos[0]).Execute(key, _origin.Store("1"));
        Assert.True(reply.Status == ReplyStatus.Done, $"storing {key} was answered {reply.Status}");
    }

    private static async Task<KeyPage> Page(StoreCluster cluster, InProcessSiloHandle by, string prefix = "", string? after = null, int limit = 100)
    {
        var page = await cluster.Coordinator(by).ListKeys(new KeyListRequest { Prefix = prefix, After = after, Limit = limit });
        Assert.True(page.Status == ReplyStatus.Done, $"{by.Name} answered {page.Status}: {page.Detail}");
        Assert.True(page.Keys.Length <= limit);
        return page;
    }

    /// <summary>All pages; one that a dying silo spoils is asked for again, as a client does.</summary>
    private static async Task<string[]> Walk(StoreCluster cluster, InProcessSiloHandle by, int limit, string prefix = "")
    {
        var keys = new List<string>();
        string? after = null;
        do
        {
            KeyPage page = null!;
            await Eventually.True(
                "a page",
                async () => page = await Ask(cluster, by, new KeyListRequest { Prefix = prefix, After = after, Limit = limit }),
                seen => seen.Status is not (ReplyStatus.NoQuorum or ReplyStatus.Unavailable));
            Assert.True(page.Status == ReplyStatus.Done, $"{by.Name} answered {page.Status}: {page.Detail}");
            Assert.True(after is null || page.Next is null || Compare(page.Next, after) > 0, $"after {after} comes {page.Next}");
            keys.AddRange(page.Keys);
            after = page.Next;
        }
        while (after is not null);
        return [.. keys];
    }

    private static async Task<KeyPage> Ask(StoreCluster cluster, InProcessSiloHandle by, KeyListRequest request)
    {
        try
        {
            return await cluster.Coordinator(by).ListKeys(request);
        }
        catch (TimeoutException fault)
        {
            // The engine's, where the machine is too busy to answer a call in time.
            return new KeyPage { Status = ReplyStatus.Unavailable, Detail = fault.Message };
        }
    }

    private static int Compare(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static Task ForEach<T>(IEnumerable<T> items, Func<T, Task> act) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (item, _) => await act(item));
}
