using System.Buffers;
using System.Globalization;
using Orleans.Kv.Consensus;

namespace Orleans.Kv.Tests.Consensus.Wire;

public sealed class FrameCodecTests
{
    private const int Rounds = 400;

    [Fact]
    public void Requests_ComeBackAsTheyWere()
    {
        var samples = new Samples(1);
        for (var round = 0; round < Rounds; round++)
        {
            var sent = Enumerable.Range(0, samples.Below(6)).Select(_ => new RequestEnvelope((ulong)samples.Long(), samples.Request())).ToArray();
            var frame = Write(sent);
            foreach (var ownership in Enum.GetValues<FrameOwnership>())
            {
                var read = new List<RequestEnvelope>();
                FrameCodec.ReadRequests(frame, ownership, read);
                Assert.Equal(sent.Select(static e => e.Correlation), read.Select(static e => e.Correlation));
                Assert.All(sent.Zip(read), static pair => AssertSame(pair.First.Request, pair.Second.Request));
            }

            Assert.True(frame.Length <= 16 + sent.Sum(static e => FrameCodec.EstimateBytes(e.Request)), "the estimate is no upper bound");
        }
    }

    [Fact]
    public void Replies_ComeBackAsTheyWere()
    {
        var samples = new Samples(2);
        for (var round = 0; round < Rounds; round++)
        {
            var sent = Enumerable.Range(0, samples.Below(6)).Select(_ => new ReplyEnvelope((ulong)samples.Long(), samples.Reply())).ToArray();
            var frame = Write(sent);
            var read = new List<ReplyEnvelope>();
            FrameCodec.ReadReplies(frame, FrameOwnership.Borrowed, read);
            Assert.Equal(sent.Select(static e => e.Correlation), read.Select(static e => e.Correlation));
            Assert.All(sent.Zip(read), static pair => AssertSame(pair.First.Reply, pair.Second.Reply));
            Assert.True(frame.Length <= 16 + sent.Sum(static e => FrameCodec.EstimateBytes(e.Reply)), "the estimate is no upper bound");
        }
    }

    /// <summary>Every frame that ends early is refused, at a place within it, and leaves nothing behind.</summary>
    [Fact]
    public void TruncatedFrames_AreRefusedWithAPosition()
    {
        var samples = new Samples(3);
        for (var round = 0; round < 20; round++)
        {
            var frame = Write([new ReplyEnvelope(1, samples.Reply()), new ReplyEnvelope(2, samples.Reply())]);
            for (var length = 0; length < frame.Length; length++)
            {
                var into = new List<ReplyEnvelope>();
                var fault = Assert.Throws<FrameFormatException>(() => FrameCodec.ReadReplies(frame.AsMemory(0, length), FrameOwnership.Owned, into));
                Assert.InRange(fault.Position, 0, length);
                Assert.Empty(into);
            }
        }
    }

    /// <summary>Whatever the bytes, decoding ends with messages or with the one typed error. A frame that is taken in means one thing: written again it is the same.</summary>
    [Fact]
    public void MangledFrames_NeverCrashTheDecoder()
    {
        var samples = new Samples(4);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var asRequests = round % 2 == 0;
            var frame = asRequests
                ? Write([new RequestEnvelope(7, samples.Request()), new RequestEnvelope(8, samples.Request())])
                : Write([new ReplyEnvelope(7, samples.Reply())]);
            for (var flips = 1 + samples.Below(4); flips > 0; flips--)
                frame[samples.Below(frame.Length)] = (byte)samples.Below(256);
            try
            {
                if (asRequests)
                {
                    var read = new List<RequestEnvelope>();
                    FrameCodec.ReadRequests(frame, FrameOwnership.Owned, read);
                    Assert.Equal(frame, Write([.. read]));
                }
                else
                {
                    var read = new List<ReplyEnvelope>();
                    FrameCodec.ReadReplies(frame, FrameOwnership.Owned, read);
                    // A map's nodes are put in order when read, so its bytes need not come back the same.
                    if (read.TrueForAll(static envelope => envelope.Reply is not StaleEpochReply))
                        Assert.Equal(frame, Write([.. read]));
                }
            }
            catch (FrameFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 19_999);
    }

    [Fact]
    public void Noise_NeverCrashesTheDecoder()
    {
        var samples = new Samples(5);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] frame = [FrameCodec.Version, (byte)(1 + samples.Below(2)), .. samples.Bytes(60)];
            Assert.ThrowsAny<FrameFormatException>(() =>
            {
                FrameCodec.ReadRequests(frame, FrameOwnership.Owned, []);
                FrameCodec.ReadReplies(frame, FrameOwnership.Owned, []);
            });
        }
    }

    [Theory]
    [InlineData(0, 9, "another version")]
    [InlineData(1, 9, "another kind")]
    public void WrongHead_IsNamed(int at, byte value, string fault)
    {
        var frame = Write([new RequestEnvelope(1, new ReadRequest(Samples.Key, new Epoch(1), 1, default))]);
        frame[at] = value;
        var thrown = Assert.Throws<FrameFormatException>(() => FrameCodec.ReadRequests(frame, FrameOwnership.Owned, []));
        Assert.Equal(at, thrown.Position);
        Assert.Contains(fault, thrown.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void LyingCounts_AreRefusedBeforeAnythingIsAllocated()
    {
        // 4,096 messages are claimed, none is there.
        var thrown = Assert.Throws<FrameFormatException>(() => FrameCodec.ReadRequests(new byte[] { FrameCodec.Version, 1, 0x80, 0x20 }, FrameOwnership.Owned, []));
        Assert.Contains("than the frame has bytes for", thrown.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TrailingBytes_AreRefused()
    {
        byte[] frame = [.. Write([new ReplyEnvelope(1, new AcceptedReply(1, Samples.Ballot(1)))]), 0];
        Assert.Contains("too many", Assert.Throws<FrameFormatException>(() => FrameCodec.ReadReplies(frame, FrameOwnership.Owned, [])).Fault, StringComparison.Ordinal);
    }

    /// <summary>A large value keeps the frame it came in; small ones do not keep a whole batch alive.</summary>
    [Fact]
    public void OwnedFrame_LendsItsMemoryToTheValueThatFillsIt_Only()
    {
        RequestEnvelope Accept(int size) => new(1, new AcceptRequest(Samples.Key, new Epoch(1), 1, Samples.Ballot(1), Samples.State(1, new string('v', size)), Samples.Ballot(2)));
        bool Shares(byte[] frame, FrameOwnership ownership)
        {
            var read = new List<RequestEnvelope>();
            FrameCodec.ReadRequests(frame, ownership, read);
            var value = ((AcceptRequest)read[0].Request).State.Value;
            return System.Runtime.InteropServices.MemoryMarshal.TryGetArray(value, out var array) && ReferenceEquals(array.Array, frame);
        }

        Assert.True(Shares(Write([Accept(5_000)]), FrameOwnership.Owned));
        Assert.False(Shares(Write([Accept(5_000)]), FrameOwnership.Borrowed));
        Assert.False(Shares(Write([Accept(5_000), Accept(5_000), Accept(5_000)]), FrameOwnership.Owned));
    }

    [Fact]
    public void KnownKeys_CostNoObject()
    {
        var source = new OneKey();
        var read = new List<RequestEnvelope>();
        FrameCodec.ReadRequests(Write([new RequestEnvelope(1, new ReadRequest(Key.From("k"), new Epoch(1), 1, default))]), FrameOwnership.Owned, read, source);
        Assert.Same(Samples.Key, read[0].Request.Key);
    }

    [Fact]
    public void Maps_ComeBackAsTheyWere_AndMalformedOnesDoNot()
    {
        var samples = new Samples(6);
        for (var round = 0; round < 50; round++)
        {
            var map = samples.Map();
            var bytes = ClusterMapCodec.ToArray(map);
            Assert.Equal(map, ClusterMapCodec.Read(bytes));
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<FrameFormatException>(() => ClusterMapCodec.Read(bytes.AsMemory(0, length)));
        }
    }

    /// <summary>Builds of different age talk to each other, and the log on disk will outlive builds: these bytes must not change without a new version.</summary>
    [Fact]
    public void Format_IsFixed()
    {
        var memory = new OperationMemory(
            [new RememberedOutcome(new OperationId(new OriginId(1, 2), 3), new HybridTimestamp(4), OutcomeCode.Created, 5)],
            [new OriginMark(new OriginId(1, 2), 3, new HybridTimestamp(4))]);
        var state = new RegisterState(isTombstone: false, "v"u8.ToArray(), "text/plain", 300, new HybridTimestamp(6), new HybridTimestamp(7), new HybridTimestamp(8), memory);
        var accept = new AcceptRequest(Samples.Key, new Epoch(2), 9, Samples.Ballot(1), state, Samples.Ballot(2));
        Assert.Equal(
            "01010101020902016B01010100000000000000010EAC020800000000000000060000000000000007000000000000000A746578742F706C61696E01010000"
            + "000000000002000000000000000304000000000000000105010100000000000000020000000000000003040000000000000001760102010000000000000001",
            Convert.ToHexString(Write([new RequestEnvelope(1, accept)])));
        Assert.Equal("08AE0A2688DB8911", state.Hash.ToString("X16", CultureInfo.InvariantCulture));
    }

    private static byte[] Write(ReadOnlySpan<RequestEnvelope> requests)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameCodec.WriteRequests(output, requests);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Write(ReadOnlySpan<ReplyEnvelope> replies)
    {
        var output = new ArrayBufferWriter<byte>();
        FrameCodec.WriteReplies(output, replies);
        return output.WrittenSpan.ToArray();
    }

    private static void AssertSame(Request expected, Request actual)
    {
        Assert.Equal((expected.GetType(), expected.Key, expected.Epoch, expected.Round), (actual.GetType(), actual.Key, actual.Epoch, actual.Round));
        switch (expected)
        {
            case PrepareRequest prepare:
                Assert.Equal(prepare.Ballot, ((PrepareRequest)actual).Ballot);
                break;
            case ReadRequest read:
                Assert.Equal(read.Known, ((ReadRequest)actual).Known);
                break;
            case AcceptRequest accept:
                var other = (AcceptRequest)actual;
                Assert.Equal((accept.Ballot, accept.State, accept.Next), (other.Ballot, other.State, other.Next));
                Assert.Equal(accept.State.Hash, other.State.Hash);
                break;
        }
    }

    private static void AssertSame(Reply expected, Reply actual)
    {
        Assert.Equal((expected.GetType(), expected.Round), (actual.GetType(), actual.Round));
        switch (expected)
        {
            case PromisedReply promised:
                var other = (PromisedReply)actual;
                Assert.Equal((promised.Ballot, promised.Accepted, promised.State, promised.Floor), (other.Ballot, other.Accepted, other.State, other.Floor));
                break;
            case AcceptedReply accepted:
                Assert.Equal(accepted.Ballot, ((AcceptedReply)actual).Ballot);
                break;
            case RefusedReply refused:
                Assert.Equal((refused.Ballot, refused.Promised), (((RefusedReply)actual).Ballot, ((RefusedReply)actual).Promised));
                break;
            case ReadReply read:
                Assert.Equal((read.Accepted, read.State), (((ReadReply)actual).Accepted, ((ReadReply)actual).State));
                break;
            case StaleEpochReply stale:
                Assert.Equal(stale.Map, ((StaleEpochReply)actual).Map);
                break;
        }
    }

    private sealed class OneKey : IKeySource
    {
        public Key? Find(ReadOnlySpan<byte> utf8) => utf8.SequenceEqual(Samples.Key.Utf8) ? Samples.Key : null;
    }
}
