using Orleans.Kv.Grains.Coordination;
using Orleans.Kv.Interfaces.Coordination;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Store.Coordination;

public sealed class BatchRunnerTests
{
    private const int Patient = 30_000;

    private long _number;

    [Fact]
    public async Task OperationsOfOneKey_AreAskedForOneAfterTheOther_ThoseOfOthersAtOnce()
    {
        var first = new TaskCompletionSource<OperationReply>();
        var (factory, grains) = ScriptedKeyGrains.Create((key, request) => key == "a" && request.Number == 1 ? new(first.Task) : new(Done()));
        var running = Run(factory, Entry("a"), Entry("a"), Entry("b"), Entry("c"));
        Assert.Equal(["a", "b", "c"], grains.Asked.Select(asked => asked.Key));
        first.SetResult(Done());
        Assert.All((await running).Replies, reply => Assert.Equal(ReplyStatus.Done, reply!.Status));
        Assert.Equal([1L, 3L, 4L, 2L], grains.Asked.Select(asked => asked.Request.Number));
    }

    [Theory]
    [InlineData(ReplyStatus.Unknown, false)]
    [InlineData(ReplyStatus.NoQuorum, false)]
    [InlineData(ReplyStatus.TooLate, false)]
    [InlineData(ReplyStatus.NotFound, true)]
    [InlineData(ReplyStatus.ConditionFailed, true)]
    [InlineData(ReplyStatus.Accepted, true)]
    public async Task WhatHasNoDefiniteOutcome_EndsItsKeysTurn(ReplyStatus status, bool goesOn)
    {
        var (factory, _) = ScriptedKeyGrains.Create((_, request) => new(request.Number == 1 ? new OperationReply { Status = status, Silo = "silo-1" } : Done()));
        var replies = (await Run(factory, Entry("a"), Entry("a"), Entry("b"))).Replies;
        Assert.Equal(status, replies[0]!.Status);
        Assert.Equal(goesOn, replies[1] is not null);
        Assert.NotNull(replies[2]);
    }

    [Fact]
    public async Task AReadThatIsLessThanWasAskedFor_EndsItsKeysTurn()
    {
        // It is read again elsewhere, and must not see what comes after it.
        var (factory, _) = ScriptedKeyGrains.Create((_, _) => new(new OperationReply { Status = ReplyStatus.Done, Stale = true, Silo = "silo-1" }));
        Assert.Null((await Run(factory, Entry("a", OperationCode.Fetch), Entry("a"))).Replies[1]);
    }

    [Fact]
    public async Task AGrainThatKeepsSilent_HoldsUpOnlyItsOwnKey_AndIsAskedForNothingAfterwards()
    {
        var silent = new TaskCompletionSource<OperationReply>();
        var (factory, grains) = ScriptedKeyGrains.Create((key, _) => key == "a" ? new(silent.Task) : new(Done()));
        var replies = (await Run(factory, 50, int.MaxValue, Entry("a"), Entry("a"), Entry("b"))).Replies;
        Assert.Equal((ReplyStatus.Unknown, null), (replies[0]!.Status, replies[0]!.Silo));
        Assert.Null(replies[1]);
        Assert.Equal(ReplyStatus.Done, replies[2]!.Status);
        // The caller has taken the second one elsewhere by now.
        silent.SetResult(Done());
        Assert.Equal(2, grains.Asked.Count);
    }

    [Fact]
    public async Task ACallThatBreaks_IsUncertain_AndSaysWhy()
    {
        var (factory, _) = ScriptedKeyGrains.Create((_, _) => throw new TimeoutException("it broke"));
        var reply = Assert.Single((await Run(factory, Entry("a"))).Replies)!;
        Assert.Equal((ReplyStatus.Unknown, "it broke"), (reply.Status, reply.Detail));
    }

    [Fact]
    public async Task ValuesWithoutRoom_AreLeftOut_OfAFetchTheWholeAnswer_OfATestAndSetTheValue()
    {
        var (factory, _) = ScriptedKeyGrains.Create((_, _) => new(new OperationReply { Status = ReplyStatus.Done, Silo = "silo-1", Version = 7, Value = new byte[60] }));
        var replies = (await Run(factory, Patient, 100, Entry("a", OperationCode.Fetch), Entry("b", OperationCode.Fetch), Entry("c", OperationCode.TestAndSet))).Replies;
        Assert.Equal(60, replies[0]!.Value!.Length);
        Assert.Null(replies[1]);
        Assert.Equal((ReplyStatus.Done, 7L, null), (replies[2]!.Status, replies[2]!.Version, replies[2]!.Value));
    }

    private static OperationReply Done() => new() { Status = ReplyStatus.Done, Silo = "silo-1" };

    private BatchEntry Entry(string key, OperationCode code = OperationCode.Store) => new()
    {
        Key = key,
        Request = new OperationRequest { Code = code, Origin = Guid.Empty, Number = ++_number, Deadline = 1 },
    };

    private static Task<BatchReply> Run(IGrainFactory factory, params BatchEntry[] entries) => Run(factory, Patient, int.MaxValue, entries);

    private static Task<BatchReply> Run(IGrainFactory factory, int patience, int maxAnswerBytes, params BatchEntry[] entries) =>
        new BatchRunner(
            new BatchRequest { Entries = entries, PatienceMilliseconds = patience, MaxAnswerBytes = maxAnswerBytes }, factory, "silo-1", TimeProvider.System).Run();
}
