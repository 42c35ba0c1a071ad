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
            Assert.Same(reply, await _meters.Follow(OperationCode.Update, new ValueTask<OperationReply>(reply), Stopwatch.GetTimestamp()));
        }

        var update = Assert.Single(_meters.Report());
        Assert.Equal(("update", all.Length, all.Length - outcomes.Length), (update.Name, (int)update.Calls, (int)update.Failed));
    }

    [Fact]
    public async Task AnOperation_CountsWhenItEnds_AndForAsLongAsItTook()
    {
        var source = new TaskCompletionSource<OperationReply>();
        var begun = Stopwatch.GetTimestamp() - Stopwatch.Frequency;
        var followed = _meters.Follow(OperationCode.Fetch, new ValueTask<OperationReply>(source.Task), begun);
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
            () => _meters.Follow(OperationCode.Store, ValueTask.FromException<OperationReply>(new InvalidOperationException()), Stopwatch.GetTimestamp()).AsTask());
        Assert.Equal(1, Assert.Single(_meters.Report()).Failed);
    }

    [Fact]
    public void AKindThatIsNotKnownHere_IsNotCounted()
    {
        _meters.Count((OperationCode)200, Stopwatch.GetTimestamp(), ReplyStatus.Invalid);
        Assert.Empty(_meters.Report());
    }
}
