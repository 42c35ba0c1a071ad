using Orleans.Kv.Grains.Pending;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Availability;

/// <summary>What was accepted without a quorum happens once, whoever asks for it, keeps it and merges it.</summary>
public sealed class PendingWriteTests
{
    [Fact]
    public async Task Retry_IsAnsweredTheSame_OnEverySiloOfTheSide_AndAfterTheMerge()
    {
        await using var cluster = await SplitCluster.Start(silos: 4);
        var origin = cluster.Origin;
        cluster.CutOff(2, 3);
        var key = cluster.KeyWithoutQuorumOn(2, 3);
        var store = origin.Store("1");
        await cluster.Must(ReplyStatus.Accepted, 2, key, store);
        await cluster.Must(ReplyStatus.Accepted, 2, key, store);
        await cluster.Must(ReplyStatus.Accepted, 3, key, store);
        Assert.Equal(1, cluster.Sum(static counters => counters.Accepted));
        Assert.Equal("1", Origin.Text(await cluster.Must(ReplyStatus.Done, 3, key, origin.Fetch())));

        await cluster.HealAndMerge();
        await cluster.Must(ReplyStatus.Accepted, 2, key, store);
        for (var silo = 0; silo < 4; silo++)
        {
            var reply = await cluster.On(silo, key, store);
            Assert.True(reply.Status is ReplyStatus.Accepted or ReplyStatus.Done, $"{reply.Status}");
        }

        Assert.Equal(1, (await cluster.Must(ReplyStatus.Done, 0, key, origin.FetchStrongly())).Version);
    }

    [Fact]
    public async Task SameOperation_AcceptedByTwoSilosThatCannotReachEachOther_HappensOnce()
    {
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        cluster.Cuts.Split([cluster.Silos[0].Name], [cluster.Silos[1].Name], [cluster.Silos[2].Name]);
        var store = origin.Store("1");
        for (var silo = 0; silo < 3; silo++) await cluster.Must(ReplyStatus.Accepted, silo, "a", store);

        await cluster.HealAndMerge();
        var read = await cluster.Must(ReplyStatus.Done, 0, "a", origin.FetchStrongly());
        Assert.Equal(("1", 1L), (Origin.Text(read), read.Version));
        Assert.Empty((await cluster.Conflicts(0).List(null, 10)).Entries);
        Assert.Equal((1, 0), (cluster.Sum(static counters => counters.Won), cluster.Sum(static counters => counters.Lost)));
    }

    [Fact]
    public async Task OwnerThatDies_LeavesItsWritesToWhoKeepsThem()
    {
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        await cluster.Must(ReplyStatus.Done, 0, "warm", origin.Store("0"));
        cluster.Cuts.ForceShortage = true;
        await cluster.Must(ReplyStatus.Accepted, 0, "a", origin.Store("1"));
        await cluster.Must(ReplyStatus.Accepted, 0, "a", origin.Store("2"));
        Assert.Equal([1, 1, 1], Enumerable.Range(0, 3).Select(silo => cluster.PendingOf(silo).Count));

        var survivors = cluster.Silos.Skip(1).ToList();
        await cluster.Cluster.Kill(cluster.Silos[0]);
        cluster.Cuts.ForceShortage = false;
        await Eventually.Seen(
            "no pending writes on the survivors", () => survivors.Sum(silo => cluster.Cluster.Service<PendingStore>(silo).Count), left => left == 0, TimeSpan.FromSeconds(40));
        foreach (var silo in survivors)
        {
            var read = await cluster.Cluster.Coordinator(silo).Execute("a", origin.FetchStrongly());
            Assert.Equal((ReplyStatus.Done, "2", 1L), (read.Status, Origin.Text(read), read.Version));
        }
    }

    [Fact]
    public async Task OwnerRestartedWithoutItsMemory_IsAsked_AndTheKeepersMerge()
    {
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        cluster.Cuts.ForceShortage = true;
        await cluster.Must(ReplyStatus.Accepted, 0, "a", origin.Store("1"));
        var owner = cluster.Silos[0];
        await cluster.Cluster.Kill(owner);
        var again = await cluster.Cluster.Restart(owner);
        Assert.Equal(owner.Name, again.Name);
        cluster.Cuts.ForceShortage = false;

        await cluster.Merged(TimeSpan.FromSeconds(40));
        var read = await cluster.Must(ReplyStatus.Done, 1, "a", origin.FetchStrongly());
        Assert.Equal(("1", 1L), (Origin.Text(read), read.Version));
    }

    [Fact]
    public async Task FullSilo_RefusesNewWrites_AndLosesNone()
    {
        await using var cluster = await SplitCluster.Start(configure: options => options.MaxWrites = 5);
        var origin = cluster.Origin;
        cluster.CutOff(2);
        for (var i = 0; i < 5; i++) await cluster.Must(ReplyStatus.Accepted, 2, "k" + i, origin.Store(Origin.Json(i)));
        await cluster.Must(ReplyStatus.PendingFull, 2, "k5", origin.Store("5"));
        // One in the place of another takes no more room.
        await cluster.Must(ReplyStatus.Accepted, 2, "k0", origin.Store("10"));
        Assert.Equal(1, cluster.Sum(static counters => counters.Refused));

        await cluster.HealAndMerge();
        for (var i = 0; i < 5; i++)
            Assert.Equal(Origin.Json(i == 0 ? 10 : i), Origin.Text(await cluster.Must(ReplyStatus.Done, 0, "k" + i, origin.FetchStrongly())));
        await cluster.Must(ReplyStatus.NotFound, 0, "k5", origin.FetchStrongly());
    }

    [Fact]
    public async Task ManyWrites_AreAllMerged_AndEveryLoserIsListed_UntilItIsDeleted()
    {
        const int keys = 60;
        await using var cluster = await SplitCluster.Start();
        var origin = cluster.Origin;
        cluster.CutOff(2);
        for (var i = 0; i < keys; i++) await cluster.Must(ReplyStatus.Accepted, 2, $"k{i:00}", origin.Store(Origin.Json(i)));
        await Task.Delay(20);
        for (var i = 0; i < keys; i++) await cluster.Must(ReplyStatus.Done, 0, $"k{i:00}", origin.Store(Origin.Json(1000 + i)));
        await cluster.HealAndMerge();
        Assert.Equal((0, keys), (cluster.Sum(static counters => counters.Won), cluster.Sum(static counters => counters.Lost)));

        var ids = new List<string>();
        var listed = new List<string>();
        string? after = null;
        do
        {
            var page = await cluster.Conflicts(1).List(after, 7);
            Assert.InRange(page.Entries.Length, 1, 7);
            Assert.Empty(page.Unheard);
            ids.AddRange(page.Entries.Select(static entry => entry.Id));
            listed.AddRange(page.Entries.Select(static entry => entry.Key));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(0, keys).Select(static i => $"k{i:00}"), listed);

        foreach (var id in ids) Assert.Equal(Interfaces.Availability.ConflictDeletion.Done, await cluster.Conflicts(2).Delete(id));
        Assert.Empty((await cluster.Conflicts(0).List(null, 100)).Entries);
        Assert.Equal(Interfaces.Availability.ConflictDeletion.NotFound, await cluster.Conflicts(0).Delete(ids[0]));
        Assert.Equal(Interfaces.Availability.ConflictDeletion.Invalid, await cluster.Conflicts(0).Delete("no id"));
        Assert.Equal("1000", Origin.Text(await cluster.Must(ReplyStatus.Done, 2, "k00", origin.FetchStrongly())));
    }

    [Fact]
    public async Task FourSilos_TwoKilledAtOnceInAp_EveryKeyCanStillBeRead()
    {
        await using var cluster = await SplitCluster.Start(silos: 4);
        var origin = cluster.Origin;
        var keys = Enumerable.Range(0, 200).Select(static i => "k" + i).ToList();
        foreach (var key in keys) await cluster.Must(ReplyStatus.Done, 0, key, origin.Store($"\"{key}\""));
        var survivors = cluster.Silos.Take(2).ToList();
        await Task.WhenAll(cluster.Silos.Skip(2).ToList().Select(cluster.Cluster.Kill));

        foreach (var silo in survivors)
        {
            foreach (var key in keys)
            {
                var read = await cluster.Cluster.Coordinator(silo).Execute(key, origin.Fetch());
                Assert.True(read.Status == ReplyStatus.Done && Origin.Text(read) == $"\"{key}\"", $"{key} on {silo.Name}: {read.Status} {Origin.Text(read)} {read.Detail}");
            }
        }
    }
}
