using System.Diagnostics;
using Orleans.Kv.Grains.Monitoring;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Store.Monitoring;

public sealed class OperationMetersTests
{
    private readonly OperationMeters _meters = new();

    [Fact]
    public async Task WhatHasADefiniteOutcome_IsNoFailure()
    {
        ReplyStatus[] outcomes = [ReplyStatus.Done, ReplyStatus.NotFound, ReplyStatus.ConditionFailed, ReplyStatus.Accepted];
        var all = Enum.GetValues<ReplyStatus>();
        foreach (var status in all)
        {
            var reply = new OperationReply { Status = status, Silo = "silo-1" };
            Assert.Same(reply, await Timer(OperationCode.Update).Follow(new ValueTask<OperationReply>(reply)));
        }

        var update = Assert.Single(_meters.Report());
        Assert.Equal(("update", all.Length, all.Length - outcomes.Length), (update.Name, (int)update.Calls, (int)update.Failed));
    }

    [Fact]
    public async Task AnOperation_CountsWhenItEnds_AndForAsLongAsItTook()
    {
        var source = new TaskCompletionSource<OperationReply>();
        var begun = Stopwatch.GetTimestamp() - Stopwatch.Frequency;
        var followed = new OperationTimer(_meters, null, OperationCode.Fetch, begun).Follow(new ValueTask<OperationReply>(source.Task));
        Assert.Empty(_meters.Report());

        source.SetResult(new OperationReply { Status = ReplyStatus.Done, Silo = "silo-1" });
        await followed;
        var fetch = Assert.Single(_meters.Report());
        Assert.Equal(("fetch", 1, 0), (fetch.Name, fetch.Calls, fetch.Failed));
        Assert.True(fetch.Microseconds >= 1_000_000, $"it took a second, {fetch.Microseconds} µs were counted");
    }

    [Fact]
    public async Task AnOperationThatThrows_IsAFailure()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Timer(OperationCode.Store).Follow(ValueTask.FromException<OperationReply>(new InvalidOperationException())).AsTask());
        Assert.Equal(1, Assert.Single(_meters.Report()).Failed);
    }

    [Fact]
    public void AnOperation_CountsForItsGrainToo_WhereThatIsNamed()
    {
        var grain = new CallMeter();
        new OperationTimer(_meters, grain, OperationCode.Touch, Stopwatch.GetTimestamp()).End(ReplyStatus.NoQuorum);
        new OperationTimer(_meters, grain, OperationCode.Touch, Stopwatch.GetTimestamp()).End(null);

        // No quorum is an answer of the grain, and a failure of the operation.
        var (touch, calls) = (Assert.Single(_meters.Report()), grain.Report("grain"));
        Assert.Equal((2, 2, 2, 1), (touch.Calls, touch.Failed, calls.Calls, calls.Failed));
    }

    [Fact]
    public void TheDefault_CountsNothing()
    {
        default(OperationTimer).End(ReplyStatus.Done);
        Assert.Empty(_meters.Report());
    }

    [Fact]
    public async Task ACall_CountsWhenItEnds_HoweverItEnds()
    {
        var meter = new CallMeter();
        var source = new TaskCompletionSource<int>();
        var followed = meter.Follow(Stopwatch.GetTimestamp(), source.Task);
        Assert.Equal(0, meter.Calls);
        source.SetResult(7);
        Assert.Equal((7, 1), (await followed, meter.Calls));

        await meter.Follow(Stopwatch.GetTimestamp(), Task.FromResult(7));
        Assert.Equal((2, 0), (meter.Calls, meter.Report("").Failed));

        await Assert.ThrowsAsync<InvalidOperationException>(() => meter.Follow(Stopwatch.GetTimestamp(), Task.FromException<int>(new InvalidOperationException())));
        var late = new TaskCompletionSource<int>();
        followed = meter.Follow(Stopwatch.GetTimestamp(), late.Task);
        late.SetException(new InvalidOperationException());
        await Assert.ThrowsAsync<InvalidOperationException>(() => followed);
        Assert.Equal((4, 2), (meter.Calls, meter.Report("").Failed));
    }

    [Fact]
    public void AKindThatIsNotKnownHere_IsNotCounted()
    {
        _meters.Count((OperationCode)200, Stopwatch.GetTimestamp(), ReplyStatus.Invalid);
        Assert.Empty(_meters.Report());
    }

    private OperationTimer Timer(OperationCode code) => new(_meters, null, code, Stopwatch.GetTimestamp());
}
