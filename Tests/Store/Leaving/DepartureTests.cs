using Orleans.Kv.Grains.Leaving;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Leaving;

public sealed class DepartureTests
{
    private const int Keys = 30;

    [Fact]
    public async Task SiloAboutToLeave_HandsItsKeyGrainsOverWhileItServes()
    {
        await using var cluster = await StoreCluster.Start();
        var origin = new Origin();
        var leaver = cluster.Silos[1];
        var before = await Hosts(cluster, origin);
        Assert.Contains(leaver.Name, before);

        await cluster.Service<Departure>(leaver).HandOver(CancellationToken.None);

        // It is still a member like the others; who asks for the keys moves their grains.
        await UntilNobodyIsOn(leaver.Name, cluster, origin, "key-");
        // Neither does a key that nobody has used before get there.
        for (var i = 0; i < Keys; i++)
        {
            var reply = await cluster.Key("new-" + i).Execute(origin.Store("1"));
            Assert.Equal(ReplyStatus.Done, reply.Status);
            Assert.NotEqual(leaver.Name, reply.Silo);
        }
    }

    [Fact]
    public async Task OperationsThroughoutADeparture_AreAllDone()
    {
        await using var cluster = await StoreCluster.Start();
        var origin = new Origin();
        var leaver = cluster.Silos[1];
        using var end = new CancellationTokenSource();
        var users = Enumerable.Range(0, 8).Select(user => Task.Run(async () =>
        {
            var done = 0;
            for (; !end.IsCancellationRequested; done++)
            {
                var reply = await cluster.Key("busy-" + (done % Keys)).Execute(origin.Store(Origin.Json(done)));
                Assert.True(reply.Status == ReplyStatus.Done, $"user {user} was answered {reply.Status} {reply.Detail} by {reply.Silo}");
            }

            return done;
        })).ToList();

        await cluster.Service<Departure>(leaver).HandOver(CancellationToken.None);
        await end.CancelAsync();

        Assert.All(await Task.WhenAll(users), done => Assert.True(done > 0, "a user was never answered"));
        await UntilNobodyIsOn(leaver.Name, cluster, origin, "busy-");
    }

    [Fact]
    public async Task LastSilo_HasNobodyToHandOverTo()
    {
        await using var cluster = await StoreCluster.Start(silos: 1);
        var departure = cluster.Service<Departure>(cluster.Silos[0]);
        await departure.HandOver(CancellationToken.None);
        Assert.False(departure.HasBegun);
    }

    private static Task<TimeSpan> UntilNobodyIsOn(string silo, StoreCluster cluster, Origin origin, string prefix) => Eventually.True(
        $"no key's grain on {silo}", async () => string.Join(' ', await Hosts(cluster, origin, prefix)), hosts => !hosts.Split(' ').Contains(silo));

    private static async Task<string[]> Hosts(StoreCluster cluster, Origin origin, string prefix = "key-")
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, Keys).Select(i => cluster.Key(prefix + i).Execute(origin.Fetch()).AsTask()));
        return [.. replies.Select(reply => reply.Silo!).Distinct().Order()];
    }
}
