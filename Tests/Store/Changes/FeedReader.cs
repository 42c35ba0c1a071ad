using Orleans.Kv.Interfaces.Changes;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Changes;

/// <summary>A subscriber as an API host is one: follows on every silo by way of one of them, asks each in a loop of its own, and keeps all that it was told.</summary>
internal sealed class FeedReader(IChangesGrain feed, string[] silos) : IAsyncDisposable
{
    private readonly Guid _id = Guid.NewGuid();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Silo, ChangeEntry Entry)> _told = [];
    private readonly Lock _gate = new();
    private Task _loops = Task.CompletedTask;
    private long _filters;

    public (string Silo, ChangeEntry Entry)[] Told
    {
        get
        {
            lock (_gate) return [.. _told];
        }
    }

    public ChangeEntry[] Changes(string key) => [.. Told.Where(told => told.Entry.Key == key && told.Entry.Kind != ChangeKind.Hint).Select(static told => told.Entry)];

    public long[] Versions(string key) => [.. Changes(key).Select(static entry => entry.Version).Distinct().Order()];

    public static async Task<FeedReader> Begin(StoreCluster cluster, string[] keys, params string[] prefixes)
    {
        var reader = new FeedReader(cluster.Grains.GetGrain<IChangesGrain>(0), [.. cluster.Silos.Select(static silo => silo.Name)]);
        var incarnations = await reader.Follow(keys, prefixes);
        reader._loops = Task.WhenAll(reader.Loops(incarnations));
        return reader;
    }

    public async Task<Dictionary<string, Guid>> Follow(string[] keys, params string[] prefixes)
    {
        var request = new FollowRequest { Subscriber = _id, Filter = Interlocked.Increment(ref _filters), Keys = keys, Prefixes = prefixes };
        var incarnations = new Dictionary<string, Guid>();
        foreach (var silo in silos)
        {
            var reply = await feed.Follow(silo, request);
            Assert.True(reply.Status == FollowStatus.InForce, $"{silo}: {reply.Status} {reply.Detail}");
            Assert.Equal(request.Filter, reply.Filter);
            incarnations[silo] = reply.Incarnation;
        }

        return incarnations;
    }

    public Task<TimeSpan> Sees(string what, Func<FeedReader, bool> isTrue) =>
        Eventually.Seen(what, () => string.Join(", ", Told.TakeLast(20).Select(static told => $"{told.Silo}: {told.Entry.Kind} {told.Entry.Key} v{told.Entry.Version}")), _ => isTrue(this));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
        // Nobody pays for what nobody follows, from now on; a silo that has died forgets by itself.
        var nothing = new FollowRequest { Subscriber = _id, Filter = long.MaxValue };
        foreach (var silo in silos) await feed.Follow(silo, nothing);
        _stop.Dispose();
    }

    private IEnumerable<Task> Loops(Dictionary<string, Guid> incarnations) => incarnations.Select(pair => Task.Run(() => Loop(pair.Key, pair.Value)));

    private async Task Loop(string silo, Guid incarnation)
    {
        var after = 0L;
        while (!_stop.IsCancellationRequested)
        {
            ChangeBatch batch;
            try
            {
                batch = await feed.Poll(silo, new PollRequest { Subscriber = _id, Incarnation = incarnation, After = after });
            }
            catch (Exception fault) when (fault is TimeoutException or OrleansException)
            {
                continue;
            }

            if (batch.Status == ChangeStatus.Unreachable) await Task.Delay(50);
            if (batch.Status != ChangeStatus.Ok) continue;
            Assert.True(batch.Last >= after, $"{silo} goes back from {after} to {batch.Last}");
            after = batch.Last;
            lock (_gate) _told.AddRange(batch.Entries.Select(entry => (silo, entry)));
        }
    }
}
