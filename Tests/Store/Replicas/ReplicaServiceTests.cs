using System.Buffers;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Replicas;
using Orleans.Kv.Grains.Topology;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Replicas;

/// <summary>What other silos may say to a replica.</summary>
[Collection(SharedStore.Name)]
public sealed class ReplicaServiceTests(StoreFixture fixture)
{
    private readonly StoreCluster _cluster = fixture.Cluster;

    private IReplicaService Service => _cluster.Service<ReplicaServiceClient>(_cluster.Silos[1]).On(_cluster.Silos[0].SiloAddress);

    private Guid Store => _cluster.NodeOf(_cluster.Silos[0]).Store.Value;

    [Fact]
    public async Task Frame_ThatCannotBeRead_IsAnsweredAsMalformed_AndHarmsNothing()
    {
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var frame = new byte[random.Next(0, 300)];
            random.NextBytes(frame);
            var reply = await Service.Deliver(Store, frame);
            Assert.True(reply.Status is DeliveryStatus.Malformed, $"frame {Convert.ToHexString(frame)} was {reply.Status}");
            Assert.NotEmpty(reply.Detail!);
            Assert.Null(reply.Frame);
        }

        var origin = new Origin();
        Assert.Equal(ReplyStatus.Done, (await _cluster.Key("after-garbage").Execute(origin.Store("1"))).Status);
        Assert.Equal("1", Origin.Text(await _cluster.Key("after-garbage").Execute(origin.Fetch())));
    }

    [Fact]
    public async Task Batch_ForAnotherStore_IsNotHandled()
    {
        var reply = await Service.Deliver(Guid.NewGuid(), Prepare("another-store"));
        Assert.Equal(DeliveryStatus.AnotherStore, reply.Status);
        Assert.Null(reply.Frame);
    }

    [Fact]
    public async Task Request_OfAnEpochThatNobodyKnows_IsLeftUnanswered()
    {
        var reply = await Service.Deliver(Store, Prepare("unknown-epoch", epoch: 99));
        Assert.Equal(DeliveryStatus.Delivered, reply.Status);
        var replies = new List<ReplyEnvelope>();
        FrameCodec.ReadReplies(reply.Frame!, FrameOwnership.Owned, replies);
        Assert.Empty(replies);
    }

    [Fact]
    public async Task Requests_AreAnsweredUnderTheirNumbers_AndRepeatsAreHarmless()
    {
        var frame = Prepare("promise");
        var first = await Service.Deliver(Store, frame);
        var second = await Service.Deliver(Store, frame);

        Assert.IsType<PromisedReply>(Single(first));
        // The very same promise is given already.
        Assert.IsType<RefusedReply>(Single(second));
    }

    [Fact]
    public async Task RepliesBeyondOneFrame_AreLeftForAnother_AndAllOfThemCanBeHad()
    {
        const int Keys = 12;
        var keys = Enumerable.Range(0, Keys).Select(i => $"large-{i}").ToList();
        var origin = new Origin();
        foreach (var key in keys) Assert.Equal(ReplyStatus.Done, (await _cluster.Key(key).Execute(origin.Store(new byte[4 << 20]))).Status);

        // A majority has each of them at least: somebody else's Accept may still be on its way to this silo, so each is waited for.
        var left = keys.Select(key => Read(key, NewestEpoch)).ToList();
        var held = 0;
        while (left.Count > 0)
        {
            var output = new ArrayBufferWriter<byte>();
            FrameCodec.WriteRequests(output, left.Select((request, i) => new RequestEnvelope((ulong)i, request)).ToArray());
            var reply = await Service.Deliver(Store, output.WrittenSpan.ToArray());
            Assert.Equal(DeliveryStatus.Delivered, reply.Status);
            var replies = new List<ReplyEnvelope>();
            FrameCodec.ReadReplies(reply.Frame!, FrameOwnership.Owned, replies);
            Assert.Equal(left.Count - reply.Unseen, replies.Count);
            var large = replies.Count(static reply => ((ReadReply)reply.Reply).State is not null);
            Assert.InRange(large, 0, 1);
            held += large;
            left.RemoveRange(0, left.Count - reply.Unseen);
        }

        Assert.InRange(held, Keys / 2, Keys);
    }

    private Epoch NewestEpoch => _cluster.Service<TopologyAgent>(_cluster.Silos[0]).View.Epoch;

    private static ReadRequest Read(string key, Epoch epoch) => new(Key.From(key), epoch, 1, Ballot.Zero);

    private static Reply Single(DeliveryReply reply)
    {
        var replies = new List<ReplyEnvelope>();
        FrameCodec.ReadReplies(reply.Frame!, FrameOwnership.Owned, replies);
        Assert.Equal(42UL, Assert.Single(replies).Correlation);
        return replies[0].Reply;
    }

    private static byte[] Prepare(string key, long epoch = 1)
    {
        var output = new ArrayBufferWriter<byte>();
        var number = new Epoch(epoch);
        var prepare = new PrepareRequest(Key.From(key), number, 1, new Ballot(number, 1, new ProposerId(1, 1)));
        FrameCodec.WriteRequests(output, [new RequestEnvelope(42, prepare)]);
        return output.WrittenSpan.ToArray();
    }
}
