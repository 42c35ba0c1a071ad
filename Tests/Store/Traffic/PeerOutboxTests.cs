using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Proposing;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Replicas;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Traffic;

public sealed class PeerOutboxTests : IDisposable
{
    private readonly FakePeer _peer = new();
    private readonly Owed _owed = new();
    private readonly Sender _sender = new();
    private readonly RoundTicker _ticker = new(TimeProvider.System);

    public void Dispose() => _ticker.Dispose();

    private PeerOutbox Open(Action<TrafficOptions>? configure = null)
    {
        var options = new TrafficOptions { BatchTimeout = TimeSpan.FromMinutes(1) };
        configure?.Invoke(options);
        Assert.Empty(options.Faults());
        return new PeerOutbox(new NodeId("peer", new StoreId(Guid.NewGuid())), _peer, _owed, _ticker, options, new TrafficCounters(), NullLogger.Instance);
    }

    private void Send(PeerOutbox outbox, int from, int count)
    {
        for (var round = from; round < from + count; round++) outbox.Send(Sender.Request(_sender, round));
    }

    private Task<TimeSpan> Deliveries(int count) => Eventually.Seen($"{count} batches", () => _peer.Deliveries.Length, seen => seen == count);

    private Task<TimeSpan> Ended(int replies, int failures) =>
        Eventually.Seen($"{replies} replies and {failures} failures", () => (_sender.Replies.Count, _sender.Failures.Count), seen => seen == (replies, failures));

    [Fact]
    public async Task WhileABatchTravels_TheNextOneCollects()
    {
        var outbox = Open();
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 50);
        Assert.Single(_peer.Deliveries);

        _peer.Deliveries[0].Answer();
        await Deliveries(2);
        Assert.Equal(Enumerable.Range(2, 50).Select(round => (long)round), _peer.Deliveries[1].Requests.Select(request => request.Request.Round));
        _peer.Deliveries[1].Answer();
        await Ended(51, 0);
    }

    [Fact]
    public async Task TwoBatchesInFlight_TravelAtOnce_WhereTheOptionSaysSo()
    {
        var outbox = Open(options => options.BatchesInFlight = 2);
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 1);
        await Deliveries(2);
        Send(outbox, 3, 5);
        _peer.Deliveries[1].Answer();
        await Deliveries(3);
        Assert.Equal(5, _peer.Deliveries[2].Requests.Count);
    }

    [Fact]
    public async Task EveryAcceptThatFails_IsOwedToThePeer_HoweverItFailed_AndNothingElseIs()
    {
        var outbox = Open(options => options.MaxQueuedMessages = 3);
        // One read and one accept each: acknowledged, left out of the reply, refused with its call, and refused for want of room.
        Send(outbox, 1, 1);
        await Deliveries(1);
        outbox.Send(Sender.Accept(_sender, 2));
        outbox.Send(Sender.Accept(_sender, 3));
        Send(outbox, 4, 1);
        outbox.Send(Sender.Accept(_sender, 5));
        await Ended(0, 1);
        Assert.Equal(["k5"], _owed.Keys);

        _peer.Deliveries[0].Answer();
        await Deliveries(2);
        outbox.Send(Sender.Accept(_sender, 6));
        _peer.Deliveries[1].Answer(omitted: 1);
        await Deliveries(3);
        _peer.Deliveries[2].Refuse();
        await Ended(3, 3);
        Assert.Equal(["k5", "k2", "k6"], _owed.Keys);
    }

    [Fact]
    public async Task RefusedCall_FailsItsRequestsAtOnce_AndTheNextBatchLeaves()
    {
        var outbox = Open();
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 3);
        _peer.Deliveries[0].Refuse();
        await Deliveries(2);
        await Ended(0, 1);
        Assert.False(outbox.IsSilent);
    }

    [Fact]
    public async Task NodeThatIsGone_FailsEveryRequestWithoutACall()
    {
        _peer.Gone = true;
        Send(Open(), 1, 10);
        await Ended(0, 10);
        Assert.Empty(_peer.Deliveries);
    }

    [Fact]
    public async Task RequestWithoutAReplyInTheFrame_Fails_AndTheOthersGetTheirs()
    {
        var outbox = Open();
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 4);
        _peer.Deliveries[0].Answer();
        await Deliveries(2);
        _peer.Deliveries[1].Answer(omitted: 1);
        await Ended(4, 1);
        Assert.Equal([2L], _sender.Failures);
    }

    [Fact]
    public async Task RequestsThatThePeerDidNotLookAt_GoOutAgain_BeforeWhatHasCollectedSince()
    {
        var outbox = Open();
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 4);
        _peer.Deliveries[0].Answer();
        await Deliveries(2);
        Send(outbox, 6, 2);
        _peer.Deliveries[1].AnswerAllBut(3);
        await Deliveries(3);
        Assert.Equal([3L, 4, 5, 6, 7], _peer.Deliveries[2].Requests.Select(request => request.Request.Round));
        _peer.Deliveries[2].Answer();
        await Ended(7, 0);
    }

    [Fact]
    public async Task PeerThatLooksAtNothing_FailsOneRequestAtATime_AndIsNotAskedForEver()
    {
        var outbox = Open();
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 2);
        _peer.Deliveries[0].Answer();
        await Deliveries(2);
        _peer.Deliveries[1].AnswerAllBut(2);
        await Deliveries(3);
        _peer.Deliveries[2].AnswerAllBut(1);
        await Ended(1, 2);
        Assert.Equal(3, _peer.Deliveries.Length);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 1, 2, 3 })]
    public async Task ReplyFrameThatCannotBeRead_FailsTheBatch(byte[] frame)
    {
        Send(Open(), 1, 1);
        await Deliveries(1);
        _peer.Deliveries[0].Return(DeliveryStatus.Delivered, frame);
        await Ended(0, 1);
    }

    [Fact]
    public async Task AnswerOfAnotherStore_IsNoVote_AndCastsDoubtOnTheAddress()
    {
        Send(Open(), 1, 1);
        await Deliveries(1);
        _peer.Deliveries[0].Return(DeliveryStatus.AnotherStore);
        await Ended(0, 1);
        Assert.Equal((1, 0), (_peer.Distrusted, _peer.Heard));
    }

    [Fact]
    public async Task SilentPeer_GetsOneProbeAtATime_AndAllElseFailsAtOnce_UntilItAnswers()
    {
        TrafficOptions settings = null!;
        var outbox = Open(options => (settings = options).BatchTimeout = TimeSpan.FromMilliseconds(80));
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 20);
        // The first batch times out, and what has collected behind it is not kept waiting.
        await Ended(0, 21);
        Assert.True(outbox.IsSilent);

        // The probe is on its way for as long as the test takes.
        settings.BatchTimeout = TimeSpan.FromMinutes(1);
        Send(outbox, 30, 1);
        await Deliveries(2);
        Send(outbox, 31, 5);
        Assert.True(_sender.Failures.Count >= 26, $"{_sender.Failures.Count} failures: a request waits behind a probe");
        _peer.Deliveries[1].Answer();
        await Eventually.Seen("a peer that answers again", () => outbox.IsSilent, silent => !silent);

        // The late reply of the first batch finds nobody who waits for it.
        _peer.Deliveries[0].Answer();
        var ended = _sender.Replies.Count + _sender.Failures.Count;
        Send(outbox, 40, 1);
        await Deliveries(3);
        _peer.Deliveries[2].Answer();
        await Eventually.Seen("one more reply", () => _sender.Replies.Count + _sender.Failures.Count, count => count == ended + 1);
        Assert.DoesNotContain(1L, _sender.Replies);
    }

    [Fact]
    public async Task QueueBeyondItsBound_FailsFurtherRequestsAtOnce()
    {
        var outbox = Open(options => options.MaxQueuedMessages = 10);
        Send(outbox, 1, 1);
        await Deliveries(1);
        Send(outbox, 2, 30);
        Assert.Equal(20, _sender.Failures.Count);
        _peer.Deliveries[0].Answer();
        await Deliveries(2);
        Assert.Equal(10, _peer.Deliveries[1].Requests.Count);
    }

    [Fact]
    public async Task EveryRequest_EndsExactlyOnce_WhateverBecomesOfItsBatch()
    {
        const int Requests = 20_000;
        var outbox = Open(options =>
        {
            options.BatchTimeout = TimeSpan.FromMilliseconds(30);
            options.BatchesInFlight = 2;
        });
        using var stop = new CancellationTokenSource();
        var answering = Task.Run(() => AnswerAtRandom(stop.Token));
        await Parallel.ForEachAsync(Enumerable.Range(0, 4), async (lane, _) =>
        {
            for (var i = 0; i < Requests / 4; i++)
            {
                outbox.Send(Sender.Request(_sender, (lane * Requests) + i));
                if (i % 50 == 0) await Task.Yield();
            }
        });
        await Eventually.Seen("an end for every request", () => _sender.Replies.Count + _sender.Failures.Count, count => count >= Requests);
        await stop.CancelAsync();
        await answering;

        var ends = _sender.Replies.Concat(_sender.Failures).ToList();
        Assert.Equal(Requests, ends.Count);
        Assert.Equal(Requests, ends.Distinct().Count());
        Assert.NotEmpty(_sender.Replies);
    }

    private async Task AnswerAtRandom(CancellationToken stop)
    {
        var random = new Random(3);
        var next = 0;
        while (!stop.IsCancellationRequested)
        {
            var deliveries = _peer.Deliveries;
            for (; next < deliveries.Length; next++)
            {
                var fate = random.Next(20);
                if (fate == 0) deliveries[next].Refuse();
                else if (fate == 1) deliveries[next].Return(DeliveryStatus.Closed);
                else if (fate > 2) deliveries[next].Answer(random.Next(3));
            }

            await Task.Yield();
        }
    }
}
