using Orleans.Kv.Interfaces.Changes;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Changes;

/// <summary>A silo dies with all its proposers, and with what it had not told yet.</summary>
public sealed class DeadProposerTests
{
    private const int Keys = 60;

    [Fact]
    public async Task SiloThatIsKilled_TakesNoLastVersionAlong()
    {
        await using var cluster = await StoreCluster.Start();
        var origin = new Origin();
        var keys = Enumerable.Range(0, Keys).Select(static i => $"dead-{i}").ToArray();
        await using var reader = await FeedReader.Begin(cluster, [], "dead-");
        using var stop = new CancellationTokenSource();
        var writers = keys.Select(key => Task.Run(() => Write(cluster, origin, key, stop.Token))).ToArray();
        await reader.Sees("changes of every key", r => Array.TrueForAll(keys, key => r.Versions(key).Length > 0));

        var victim = cluster.Silos[1];
        var survivors = cluster.Silos.Where(silo => silo != victim).ToArray();
        await cluster.Kill(victim);
        await stop.CancelAsync();
        await Task.WhenAll(writers);

        foreach (var key in keys)
        {
            OperationReply fetched = null!;
            await Eventually.True(
                $"a fetch of {key}",
                async () => (fetched = await cluster.Coordinator(survivors[0]).Execute(key, origin.FetchStrongly())).Status,
                static status => status == ReplyStatus.Done);
            await reader.Sees(
                $"{key} told or hinted at up to version {fetched.Version}",
                r => r.Told.Any(told => told.Silo != victim.Name && told.Entry.Key == key && told.Entry.Version >= fetched.Version));
        }

        // What is told is true: one content per version, from whichever silo.
        foreach (var same in reader.Told.Where(static told => told.Entry.Kind == ChangeKind.Stored).GroupBy(static told => (told.Entry.Key, told.Entry.Version)))
            Assert.Single(same.Select(static told => Convert.ToHexString(told.Entry.Value!)).Distinct());
    }

    private static async Task Write(StoreCluster cluster, Origin origin, string key, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await cluster.Key(key).Execute(origin.Store(Origin.Json(i)));
            }
            catch (Exception fault) when (fault is TimeoutException or OrleansException)
            {
                // The silo of the grain has died: nobody knows what became of this one.
                return;
            }
        }
    }
}
