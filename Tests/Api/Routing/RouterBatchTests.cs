using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Api.Routing;

/// <summary>Batches over three silos whose answers a test gives.</summary>
public sealed class RouterBatchTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly RouterHarness _silos = new(3);
    private readonly List<(int Coordinator, BatchRequest Batch, TaskCompletionSource<BatchReply> Answer)> _batches = [];

    public RouterBatchTests() => _silos.Cluster.Batch = (coordinator, batch) =>
    {
        var answer = new TaskCompletionSource<BatchReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_batches) _batches.Add((coordinator, batch, answer));
        return new ValueTask<BatchReply>(answer.Task);
    };

    public void Dispose() => _silos.Dispose();

    [Fact]
    public async Task EachSilo_IsAskedOnce_ForTheKeysWhoseGrainsItHas()
    {
        for (var i = 0; i < 30; i++) _silos.Route($"k{i}").Trust($"silo-{(i % 3) + 1}", trouble: 0);

        var outcomes = Execute([.. Enumerable.Range(0, 30).Select(i => Store($"k{i}"))]);
        Assert.Equal([0, 1, 2], _batches.Select(batch => batch.Coordinator).Order());
        foreach (var (coordinator, batch, _) in _batches)
            Assert.All(batch.Entries, entry => Assert.Equal($"silo-{coordinator + 1}", _silos.Route(entry.Key).LastSilo));
        AnswerAll();
        Assert.All(await outcomes, outcome => Assert.Equal(RoutedKind.Answered, outcome!.Value.Kind));
        Assert.Empty(_silos.Cluster.Calls);
        Assert.Equal(0, _silos.Router.InFlight);
    }

    [Fact]
    public async Task KeysThatNobodyKnows_GoToOneSilo_AndAreKnownAfterwards()
    {
        var outcomes = Execute(Store("a"), Store("b"), Store("c"));
        Assert.Equal(3, Assert.Single(_batches).Batch.Entries.Length);
        AnswerAll("silo-2");
        await outcomes;
        Assert.Equal("silo-2", _silos.Route("b").LastSilo);
    }

    [Fact]
    public async Task AWriteWithoutADefiniteAnswer_GoesOnAlone_UnderTheSameId()
    {
        var outcomes = Execute(Store("a"), Store("b"));
        var (_, batch, answer) = _batches.Single();
        answer.SetResult(new BatchReply { Silo = "silo-1", Replies = [Done(1), new OperationReply { Status = ReplyStatus.Unknown }] });

        await Eventually(() => _silos.Cluster.Calls.Count == 1);
        Assert.Same(batch.Entries[1].Request, _silos.Last.Request);
        Assert.NotNull(_silos.Last.Coordinator);
        _silos.Answer(ReplyStatus.Done, version: 7);
        Assert.Equal([1L, 7L], (await outcomes).Select(outcome => outcome!.Value.Reply!.Version));
    }

    [Fact]
    public async Task WhatFollowsOnTheSameKey_WaitsUntilTheOneBeforeHasEnded()
    {
        var outcomes = Execute(Store("a"), Store("a"), Store("b"));
        var (_, batch, answer) = _batches.Single();
        var first = batch.Entries[0].Request;
        // The silo has stopped at the first operation of the key, as it must.
        answer.SetResult(new BatchReply { Silo = "silo-1", Replies = [new OperationReply { Status = ReplyStatus.Unknown }, null, Done(1)] });

        await Eventually(() => _silos.Cluster.Calls.Count == 1);
        Assert.Same(first, _silos.Last.Request);
        _silos.Answer(ReplyStatus.Done, version: 1);
        await Eventually(() => _silos.Cluster.Calls.Count == 2);
        // Nobody was ever asked for the second one: it is sent as a new operation.
        Assert.True(_silos.Last.Request.Number > batch.Entries[1].Request.Number);
        _silos.Answer(ReplyStatus.Done, version: 2);
        Assert.Equal([1L, 2L, 1L], (await outcomes).Select(outcome => outcome!.Value.Reply!.Version));
        Assert.Equal(0, _silos.Router.InFlight);
    }

    [Fact]
    public async Task ACallThatBreaks_LeavesEveryOperationToOtherSilos_InTheOrderOfTheirKeys()
    {
        foreach (var key in (string[])["a", "b", "c"]) _silos.Route(key).Trust("silo-1", trouble: 0);
        var outcomes = Execute(Store("a"), Store("a"), Store("b"), Store("c"));
        var (coordinator, batch, answer) = _batches.Single();
        Assert.Equal(0, coordinator);
        answer.SetException(new TimeoutException("the connection broke"));

        await Eventually(() => _silos.Cluster.Calls.Count == 3);
        Assert.DoesNotContain(_silos.Cluster.Calls, call => ReferenceEquals(call.Request, batch.Entries[1].Request));
        Assert.All(_silos.Cluster.Calls, call => Assert.NotEqual(0, call.Coordinator));
        foreach (var call in _silos.Cluster.Calls) call.Answer(ReplyStatus.Done, version: 1, silo: "silo-2");
        await Eventually(() => _silos.Cluster.Calls.Count == 4);
        // It may have been carried out by the call that broke: the same operation, so that it happens once.
        Assert.Same(batch.Entries[1].Request, _silos.Last.Request);
        _silos.Answer(ReplyStatus.Done, version: 2);
        Assert.Equal([1L, 2L, 1L, 1L], (await outcomes).Select(outcome => outcome!.Value.Reply!.Version));
    }

    [Fact]
    public async Task ASiloThatHangs_IsWaitedForAWhile_ThenTheOthersAreAsked_AndItsLateAnswerCounts()
    {
        foreach (var key in (string[])["a", "b"]) _silos.Route(key).Trust("silo-1", trouble: 0);
        var outcomes = Execute(Store("a"), Store("b"));
        _silos.Advance(450);
        Assert.Empty(_silos.Cluster.Calls);
        _silos.Advance(200);
        await Eventually(() =>
        {
            // The sweep looks at what waits only while time goes on.
            _silos.Advance(25);
            return _silos.Cluster.Calls.Count >= 2;
        });
        Assert.All(_silos.Cluster.Calls, call => Assert.NotEqual(0, call.Coordinator));
        AnswerAll();
        Assert.All(await outcomes, outcome => Assert.Equal(1, outcome!.Value.Reply!.Version));
        Assert.Equal(0, _silos.Router.InFlight);
    }

    [Fact]
    public async Task ReadsThatHadNoRoom_AreAskedForOneByOne()
    {
        var outcomes = Execute(Fetch("a"), Fetch("b"));
        _batches.Single().Answer.SetResult(new BatchReply { Silo = "silo-1", Replies = [Done(1), null] });
        await Eventually(() => _silos.Cluster.Calls.Count == 1);
        _silos.Answer(ReplyStatus.Done, version: 9);
        Assert.Equal([1L, 9L], (await outcomes).Select(outcome => outcome!.Value.Reply!.Version));
    }

    [Fact]
    public async Task ValuesBeyondTheBound_AreNotFetched_AndWritesGoOn()
    {
        _silos.Options.MaxBatchAnswerBytes = 1000;
        var outcomes = Execute(Fetch("a"), Fetch("b"), Fetch("c"), Store("d"));
        Assert.Equal(1000, _batches.Single().Batch.MaxAnswerBytes);
        var value = new OperationReply { Status = ReplyStatus.Done, Version = 1, Silo = "silo-1", Value = new byte[1000] };
        _batches.Single().Answer.SetResult(new BatchReply { Silo = "silo-1", Replies = [value, null, null, null] });
        await Eventually(() => _silos.Cluster.Calls.Count == 1);
        Assert.Equal(OperationCode.Store, _silos.Last.Request.Code);
        _silos.Answer(ReplyStatus.Done, version: 2);
        Assert.Equal([1L, null, null, 2L], (await outcomes).Select(outcome => outcome?.Reply!.Version));
    }

    [Fact]
    public async Task OneOperation_NeedsNoWayRound()
    {
        var outcomes = Execute(Store("a"));
        Assert.Empty(_batches);
        Assert.Null(_silos.Last.Coordinator);
        _silos.Answer(ReplyStatus.Done, version: 1);
        await outcomes;
    }

    [Fact]
    public async Task ManyLargeValues_BecomeSeveralCalls()
    {
        var large = new byte[5 * 1024 * 1024];
        var outcomes = Execute([.. Enumerable.Range(0, 6).SelectMany(i => (OperationInput[])[Store($"k{i}") with { Value = large }, Store($"s{i}")])]);
        Assert.True(_batches.Count > 1, "expected several calls");
        Assert.All(_batches, batch => Assert.InRange(batch.Batch.Entries.Sum(entry => entry.Request.Value!.Length), 1, BatchPlan.MaxCallBytes));
        _silos.Cluster.Reply = _ => Done(1);
        AnswerAll();
        // Those that were left alone in a call have gone out by themselves.
        foreach (var call in _silos.Cluster.Calls) call.Source.TrySetResult(Done(1));
        Assert.All(await outcomes, outcome => Assert.Equal(RoutedKind.Answered, outcome!.Value.Kind));
    }

    private OperationInput Store(string key) => new(OperationCode.Store, _silos.Route(key)) { Value = "1"u8.ToArray() };

    private OperationInput Fetch(string key) => new(OperationCode.Fetch, _silos.Route(key));

    private Task<RoutedOutcome?[]> Execute(params OperationInput[] inputs) => _silos.Router.ExecuteBatchAsync(inputs).WaitAsync(Deadline);

    private void AnswerAll(string? silo = null)
    {
        foreach (var (coordinator, batch, answer) in _batches)
        {
            var from = silo ?? $"silo-{coordinator + 1}";
            answer.SetResult(new BatchReply { Silo = from, Replies = [.. batch.Entries.Select(_ => Done(1, from))] });
        }
    }

    private static OperationReply Done(long version, string silo = "silo-1") => new() { Status = ReplyStatus.Done, Version = version, Silo = silo };

    private static async Task Eventually(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, "what was expected has not happened");
            await Task.Delay(5);
        }
    }
}
