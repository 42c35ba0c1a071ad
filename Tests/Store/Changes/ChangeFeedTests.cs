using System.Text;
using Orleans.Kv.Grains.Changes;
using Orleans.Kv.Interfaces.Changes;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Changes;

/// <summary>What a cluster of silos tells those who follow keys.</summary>
[Collection(SharedStore.Name)]
public sealed class ChangeFeedTests(StoreFixture fixture)
{
    private readonly StoreCluster _cluster = fixture.Cluster;
    private readonly Origin _origin = new();
    private readonly string _key = "changes-" + Guid.NewGuid().ToString("N");

    private ValueTask<OperationReply> Run(OperationRequest request) => _cluster.Key(_key).Execute(request);

    [Fact]
    public async Task EveryCommit_IsTold_WithItsContent()
    {
        await using var reader = await FeedReader.Begin(_cluster, [_key]);
        var stored = await Run(_origin.Store("""{"a":1}"""));
        var swapped = await Run(_origin.TestAndSet("""{"a":1}""", "2"));
        var deleted = await Run(_origin.Delete());
        var bytes = await Run(_origin.Store([0, 255]));

        await reader.Sees("four changes", r => r.Versions(_key).Length == 4);
        var changes = reader.Changes(_key).DistinctBy(static change => change.Version).OrderBy(static change => change.Version).ToArray();
        Assert.Equal([stored.Version, swapped.Version, deleted.Version, bytes.Version], changes.Select(static change => change.Version));
        Assert.Equal([0, stored.Version, swapped.Version, deleted.Version], changes.Select(static change => change.Previous));
        Assert.Equal([ChangeKind.Stored, ChangeKind.Stored, ChangeKind.Deleted, ChangeKind.Stored], changes.Select(static change => change.Kind));
        Assert.Equal(["""{"a":1}""", "2", null], changes[..3].Select(static change => change.Value is { } value ? Encoding.UTF8.GetString(value) : null));
        Assert.Equal((null, Kv.Consensus.ContentTypes.Bytes), (changes[0].ContentType, changes[3].ContentType));
        Assert.Equal([0, 255], changes[3].Value!);
        var fetched = await Run(_origin.Fetch());
        Assert.Equal((fetched.ModifiedUnixMilliseconds, fetched.Stamp), (changes[3].ModifiedUnixMilliseconds, changes[3].Stamp));
    }

    [Fact]
    public async Task Expiry_IsTold_AndAFetchSaysThatItWasNoDelete()
    {
        await using var reader = await FeedReader.Begin(_cluster, [_key]);
        var store = _origin.Store("1");
        var stored = await Run(new OperationRequest
        {
            Code = store.Code, Origin = store.Origin, Number = store.Number, Deadline = store.Deadline, Value = store.Value, TtlMilliseconds = 200,
        });
        var told = Assert.Single(await Seen(reader, 1));
        Assert.Equal(told.ModifiedUnixMilliseconds + 200, told.ExpiresUnixMilliseconds);

        OperationReply reply = null!;
        await Eventually.True("the key gone", async () => (reply = await Run(_origin.Fetch())).Status, status => status == ReplyStatus.NotFound);
        Assert.Equal((stored.Version + 1, true), (reply.Version, reply.Expired));
        var changes = await Seen(reader, 2);
        Assert.Equal((ChangeKind.Expired, stored.Version + 1, stored.Version, null), (changes[1].Kind, changes[1].Version, changes[1].Previous, changes[1].Value));

        await Run(_origin.Store("2"));
        var deleted = await Run(_origin.Delete());
        reply = await Run(_origin.Fetch());
        Assert.Equal((ReplyStatus.NotFound, deleted.Version, false), (reply.Status, reply.Version, reply.Expired));
    }

    [Fact]
    public async Task OperationsOfOneRound_AreToldOneByOne()
    {
        await using var reader = await FeedReader.Begin(_cluster, [_key]);
        var replies = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Run(_origin.Store(Origin.Json(i))).AsTask()));

        var changes = await Seen(reader, 200);
        Assert.Equal(replies.Select(static reply => reply.Version).Order(), changes.Select(static change => change.Version));
        foreach (var (reply, i) in replies.Select(static (reply, i) => (reply, i)))
            Assert.Equal(Origin.Json(i), Encoding.UTF8.GetString(changes.Single(change => change.Version == reply.Version).Value!));
    }

    [Fact]
    public async Task CommitsOfTheCoordinator_AreToldAsWell_AndTheSameVersionIsTheSameChange()
    {
        await using var reader = await FeedReader.Begin(_cluster, [], _key[..^3]);
        for (var i = 0; i < 12; i++)
        {
            var silo = _cluster.Silos[i % _cluster.Silos.Count];
            await Eventually.True("a write", async () => (await _cluster.Coordinator(silo).Execute(_key, _origin.Store(Origin.Json(i)))).Status, static status => status == ReplyStatus.Done);
            Assert.Equal(ReplyStatus.Done, (await Run(_origin.Fetch())).Status);
        }

        await Seen(reader, 12);
        foreach (var same in reader.Changes(_key).GroupBy(static change => change.Version))
            Assert.Single(same.Select(static change => (change.Kind, Encoding.UTF8.GetString(change.Value ?? []), change.ModifiedUnixMilliseconds)).Distinct());
    }

    [Fact]
    public async Task EveryCopy_IsHintedAt_UnlessTheChangeCameFirst()
    {
        await using var reader = await FeedReader.Begin(_cluster, [_key]);
        var stored = await Run(_origin.Store("1"));
        // The proposer's own silo tells the change itself.
        await reader.Sees("something of two silos at least", r => r.Told.Where(told => told.Entry.Version == stored.Version).Select(static told => told.Silo).Distinct().Count() >= 2);
        Assert.All(reader.Told.Where(static told => told.Entry.Kind == ChangeKind.Hint), told => Assert.Equal((null, stored.Version), (told.Entry.Value, told.Entry.Version)));
    }

    [Fact]
    public async Task KeysThatNobodyFollows_AreNotTold()
    {
        await using var reader = await FeedReader.Begin(_cluster, [_key], _key + "/");
        await _cluster.Key(_key[..^1]).Execute(_origin.Store("1"));
        await _cluster.Key(_key + "x").Execute(_origin.Store("2"));
        await _cluster.Key(_key + "/x").Execute(_origin.Store("3"));
        await Run(_origin.Store("4"));
        await reader.Sees("both", r => r.Changes(_key).Length > 0 && r.Changes(_key + "/x").Length > 0);
        Assert.Equal([_key, _key + "/x"], reader.Told.Select(static told => told.Entry.Key).Distinct().Order(StringComparer.Ordinal));

        await reader.Follow([_key]);
        await _cluster.Key(_key + "/x").Execute(_origin.Store("5"));
        await Run(_origin.Store("6"));
        await reader.Sees("the second write", r => r.Versions(_key).Length == 2);
        Assert.Single(reader.Versions(_key + "/x"));
    }

    [Fact]
    public async Task Filter_IsInForceWithTheAnswer_NoWriteBetweenTheFirstReadAndTheFeedIsLost()
    {
        // A writer that never pauses, and ever new subscribers: each must see what it reads first and all that follows.
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            long last = 0;
            while (!stop.IsCancellationRequested) last = (await Run(_origin.Store("1"))).Version;
            return last;
        });
        var readers = new List<(FeedReader Reader, long First)>();
        for (var i = 0; i < 8; i++)
        {
            var reader = await FeedReader.Begin(_cluster, [_key]);
            readers.Add((reader, (await Run(_origin.Fetch())).Version));
        }

        await stop.CancelAsync();
        var last = await writer;
        foreach (var (reader, first) in readers)
        {
            await reader.Sees($"version {last}", r => r.Versions(_key) is { Length: > 0 } versions && versions[^1] == last);
            await reader.Sees($"all versions from {first} to {last}", r => r.Versions(_key).Count(version => version > first) == last - first);
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task NobodyFollows_NothingIsRecordedOrCounted()
    {
        Assert.All(_cluster.Silos, silo => Assert.Null(_cluster.Service<ChangeFeed>(silo).Interest));
        var before = Counted();
        for (var i = 0; i < 50; i++) await Run(_origin.Store("1"));
        Assert.Equal(before, Counted());

        long Counted() => _cluster.Silos.Select(_cluster.Service<ChangeCounters>).Sum(static counters => counters.Changes + counters.Hints);
    }

    [Fact]
    public async Task SiloOfNoName_IsUnreachable_AndAnUnknownSubscriptionIsSaidToBe()
    {
        var feed = _cluster.Grains.GetGrain<IChangesGrain>(0);
        var request = new FollowRequest { Subscriber = Guid.NewGuid(), Filter = 1, Keys = [_key] };
        Assert.Equal(FollowStatus.Unreachable, (await feed.Follow("nobody", request)).Status);
        var question = new PollRequest { Subscriber = request.Subscriber, Incarnation = Guid.NewGuid(), After = 0 };
        Assert.Equal(ChangeStatus.Unreachable, (await feed.Poll("nobody", question)).Status);
        foreach (var silo in _cluster.Silos) Assert.Equal(ChangeStatus.Unknown, (await feed.Poll(silo.Name, question)).Status);
    }

    private async Task<ChangeEntry[]> Seen(FeedReader reader, int count)
    {
        await reader.Sees($"{count} changes of the key", r => r.Versions(_key).Length >= count);
        return [.. reader.Changes(_key).DistinctBy(static change => change.Version).OrderBy(static change => change.Version)];
    }
}
