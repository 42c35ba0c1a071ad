using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Keys;

/// <summary>What the operations mean, one after another, through the key grain.</summary>
[Collection(SharedStore.Name)]
public sealed class SemanticsTests(StoreFixture fixture)
{
    private readonly StoreCluster _cluster = fixture.Cluster;
    private readonly Origin _origin = new();
    private readonly string _key = "semantics-" + Guid.NewGuid().ToString("N");

    private ValueTask<OperationReply> Run(OperationRequest request) => _cluster.Key(_key).Execute(request);

    [Fact]
    public async Task Fetch_OfNothing_IsNotFound()
    {
        Assert.Equal(ReplyStatus.NotFound, (await Run(_origin.Fetch())).Status);
    }

    [Fact]
    public async Task Fetch_AfterStore_SeesValueVersionAndTime()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeMilliseconds();
        var stored = await Run(_origin.Store("{\"a\":1}"));
        var fetched = await Run(_origin.Fetch());

        Assert.Equal((ReplyStatus.Done, true), (stored.Status, stored.Created));
        Assert.Equal((ReplyStatus.Done, "{\"a\":1}", stored.Version), (fetched.Status, Origin.Text(fetched), fetched.Version));
        Assert.InRange(fetched.ModifiedUnixMilliseconds, before, DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeMilliseconds());
        Assert.Null(fetched.ContentType);
        Assert.NotNull(fetched.Silo);
    }

    [Fact]
    public async Task Store_OverAValue_ReplacesItUnderAHigherVersion()
    {
        var first = await Run(_origin.Store("1"));
        var second = await Run(_origin.Store("2"));

        Assert.False(second.Created);
        Assert.True(second.Version > first.Version);
        Assert.Equal("2", Origin.Text(await Run(_origin.Fetch())));
    }

    [Fact]
    public async Task Store_IfAbsent_FailsOnAValueAndNamesItsVersion()
    {
        var stored = await Run(_origin.Store("1", ifAbsent: true));
        var refused = await Run(_origin.Store("2", ifAbsent: true));

        Assert.Equal((ReplyStatus.ConditionFailed, stored.Version), (refused.Status, refused.Version));
        Assert.Equal("1", Origin.Text(await Run(_origin.Fetch())));
    }

    [Fact]
    public async Task Store_IfVersion_TakesTheRightOneOnly()
    {
        var stored = await Run(_origin.Store("1"));

        Assert.Equal(ReplyStatus.ConditionFailed, (await Run(_origin.Store("2", ifVersion: stored.Version + 1))).Status);
        Assert.Equal(ReplyStatus.Done, (await Run(_origin.Store("2", ifVersion: stored.Version))).Status);
        Assert.Equal(ReplyStatus.ConditionFailed, (await Run(_origin.Store("3", ifVersion: stored.Version))).Status);
    }

    [Fact]
    public async Task Update_NeedsAValue()
    {
        Assert.Equal(ReplyStatus.NotFound, (await Run(_origin.Update("1"))).Status);
        await Run(_origin.Store("1"));
        Assert.Equal(ReplyStatus.Done, (await Run(_origin.Update("2"))).Status);
        Assert.Equal("2", Origin.Text(await Run(_origin.Fetch())));
    }

    [Fact]
    public async Task Delete_RemovesOnce_AndVersionsRiseOverIt()
    {
        var stored = await Run(_origin.Store("1"));

        Assert.Equal(ReplyStatus.Done, (await Run(_origin.Delete())).Status);
        Assert.Equal(ReplyStatus.NotFound, (await Run(_origin.Fetch())).Status);
        Assert.Equal(ReplyStatus.NotFound, (await Run(_origin.Delete())).Status);
        var again = await Run(_origin.Store("2"));
        Assert.True(again.Created);
        Assert.True(again.Version > stored.Version);
    }

    [Fact]
    public async Task Delete_IfVersion_KeepsAnotherVersion()
    {
        var stored = await Run(_origin.Store("1"));

        Assert.Equal(ReplyStatus.ConditionFailed, (await Run(_origin.Delete(stored.Version + 1))).Status);
        Assert.Equal(ReplyStatus.Done, (await Run(_origin.Delete(stored.Version))).Status);
    }

    [Fact]
    public async Task TestAndSet_SwapsWhatItExpectsAsJson_AndShowsWhatItFindsElse()
    {
        var created = await Run(_origin.TestAndSet(null, "{\"a\":1,\"b\":2}"));
        var mismatch = await Run(_origin.TestAndSet("{\"a\":2}", "0"));
        var swapped = await Run(_origin.TestAndSet(" { \"b\" : 2 , \"a\" : 1 } ", "3"));

        Assert.Equal((ReplyStatus.Done, true), (created.Status, created.Swapped));
        Assert.Equal((ReplyStatus.Done, false, "{\"a\":1,\"b\":2}"), (mismatch.Status, mismatch.Swapped, Origin.Text(mismatch)));
        Assert.True(swapped.Swapped);
        Assert.Equal("3", Origin.Text(await Run(_origin.Fetch())));
    }

    [Fact]
    public async Task TestAndSet_ExpectingNothing_FailsOnAValue()
    {
        await Run(_origin.Store("1"));
        var reply = await Run(_origin.TestAndSet(null, "2"));
        Assert.Equal((ReplyStatus.Done, false, "1"), (reply.Status, reply.Swapped, Origin.Text(reply)));
    }

    [Fact]
    public async Task Value_OfEightMebibytes_ComesBackByteForByte()
    {
        var value = new byte[Consensus.RegisterState.MaxValueBytes];
        new Random(7).NextBytes(value);

        var stored = await Run(_origin.Store(value));
        Assert.True(stored.Status == ReplyStatus.Done, $"{stored.Status}: {stored.Detail}");
        var fetched = await Run(_origin.Fetch());
        Assert.Equal(Consensus.ContentTypes.Bytes, fetched.ContentType);
        Assert.True(value.AsSpan().SequenceEqual(fetched.Value));
    }

    [Fact]
    public async Task Value_OverTheLimit_IsRefusedAndNamed()
    {
        var reply = await Run(_origin.Store(new byte[Consensus.RegisterState.MaxValueBytes + 1]));
        Assert.Equal(ReplyStatus.Invalid, reply.Status);
        Assert.Contains("value", reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expiry_OfAStore_TakesTheKeyAway()
    {
        var request = _origin.Store("1");
        await Run(new OperationRequest
        {
            Code = request.Code, Origin = request.Origin, Number = request.Number, Deadline = request.Deadline, Value = request.Value, TtlMilliseconds = 150,
        });
        await Eventually.True("the key gone", async () => (await Run(_origin.Fetch())).Status, status => status == ReplyStatus.NotFound);
    }
}
