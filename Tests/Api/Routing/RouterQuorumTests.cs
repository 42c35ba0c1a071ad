using Orleans.Kv.Api.Routing;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Api.Routing;

/// <summary>What the router says when silos say that they have no quorum, and when gateways take calls and answer none.</summary>
public sealed class RouterQuorumTests : IDisposable
{
    private readonly RouterHarness _three = new(3);

    public void Dispose() => _three.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AllThatWasSentIsLost_AndASiloIsBack_AReadIsAskedOfItAgain_AndAWriteIsNot(bool read)
    {
        using var harness = new RouterHarness(2);
        var outcome = read ? harness.Fetch() : harness.Store();
        for (var i = 0; i < 80; i++) harness.Advance(25);
        var sent = harness.Cluster.Calls.Count;
        Assert.Equal(harness.Options.MaxAttemptsAtOnce, sent);

        harness.Coordinators.Answered(0, "silo-1");
        for (var i = 0; i < 20; i++) harness.Advance(25);
        Assert.Equal(sent + (read ? 1 : 0), harness.Cluster.Calls.Count);
        harness.Answer(ReplyStatus.Done);
        Assert.Equal(ReplyStatus.Done, (await RouterHarness.Ended(outcome)).Reply!.Status);
    }

    [Theory]
    [InlineData(ReplyStatus.NoQuorum)]
    [InlineData(ReplyStatus.PendingFull)]
    public async Task NoQuorum_WhenTheOtherSilosAreSilent_DecidesAtOnce(ReplyStatus status)
    {
        _three.Coordinators.Silent(1);
        _three.Coordinators.Silent(2);
        var outcome = _three.Store();
        _three.Answer(status);

        Assert.True(outcome.IsCompleted, "nobody else would answer");
        var ended = await RouterHarness.Ended(outcome);
        Assert.Equal((RoutedKind.NotDone, status), (ended.Kind, ended.Status));
        Assert.Single(_three.Cluster.Calls);
    }

    [Fact]
    public async Task NoQuorum_OfAllThatAnswer_IsAnsweredAtOnce()
    {
        var outcome = _three.Store();
        _three.Answer(ReplyStatus.NoQuorum);
        _three.Answer(ReplyStatus.NoQuorum);
        Assert.False(outcome.IsCompleted, "one silo may have a quorum yet");
        _three.Answer(ReplyStatus.NoQuorum);

        Assert.Equal((RoutedKind.NotDone, ReplyStatus.NoQuorum), Of(await RouterHarness.Ended(outcome)));
        Assert.Equal(3, _three.Cluster.Calls.Count);
    }

    [Fact]
    public async Task NoQuorumOfSome_GoesOnUntilASiloHasOne()
    {
        using var five = new RouterHarness(5);
        var outcome = five.Store();
        for (var i = 0; i < 3; i++) five.Answer(ReplyStatus.NoQuorum);
        // A pause follows the third refusal in a row.
        five.Advance(150);
        five.Answer(ReplyStatus.Done, version: 8);

        Assert.Equal(8, (await RouterHarness.Ended(outcome)).Reply?.Version);
        Assert.Equal(4, five.Cluster.Calls.Select(call => call.Coordinator).Distinct().Count());
    }

    [Fact]
    public async Task ARead_WhoseOtherGatewaysTurnOutToBeBlackHoles_IsRefusedSoonAfterTheyAreKnownToBe()
    {
        var outcome = _three.Fetch();
        _three.Answer(ReplyStatus.NoQuorum);
        _three.Advance(275);
        Assert.Equal(3, _three.Cluster.Calls.Count);
        _three.Advance(275);

        Assert.Equal((RoutedKind.NotDone, ReplyStatus.NoQuorum), Of(await RouterHarness.Ended(outcome)));
        // From now on both are known.
        var next = _three.Fetch("b");
        _three.Answer(ReplyStatus.NoQuorum);
        Assert.True(next.IsCompleted);
    }

    [Fact]
    public async Task AWrite_ThatWentIntoABlackHole_IsNeverCalledNotDone()
    {
        var outcome = _three.Store();
        _three.Answer(ReplyStatus.NoQuorum);
        for (var passed = 0; passed < 5_500; passed += 25)
        {
            // The silo at hand says what it said; the other two take the write and say nothing.
            foreach (var call in _three.Cluster.Calls.Where(call => call.Coordinator is 0 && !call.Source.Task.IsCompleted)) call.Answer(ReplyStatus.NoQuorum);
            _three.Advance(25);
        }

        Assert.Equal(RoutedKind.Unknown, (await RouterHarness.Ended(outcome)).Kind);
    }

    [Fact]
    public async Task AcceptedAfterABrokenCall_IsAccepted()
    {
        var outcome = _three.Store();
        _three.Last.Break();
        _three.Answer(ReplyStatus.Accepted);

        Assert.Equal((RoutedKind.Answered, ReplyStatus.Accepted), Of(await RouterHarness.Ended(outcome)));
    }

    [Fact]
    public async Task AStaleRead_GivesWayToAFreshOneFromASiloWithAQuorum()
    {
        var outcome = _three.Fetch();
        _three.Answer(ReplyStatus.Done, stale: true, version: 3);
        Assert.False(outcome.IsCompleted);
        _three.Answer(ReplyStatus.Done, version: 5);

        var ended = await RouterHarness.Ended(outcome);
        Assert.Equal((5, false), (ended.Reply?.Version, ended.Reply?.Stale));
    }

    [Fact]
    public async Task StaleReadsOfAllSilos_GiveTheNewest()
    {
        var outcome = _three.Fetch();
        _three.Answer(ReplyStatus.Done, stale: true, version: 3, stamp: 30);
        _three.Answer(ReplyStatus.Done, stale: true, version: 5, stamp: 50);
        _three.Answer(ReplyStatus.NotFound, stale: true, stamp: 0);

        var ended = await RouterHarness.Ended(outcome);
        Assert.Equal((5, true), (ended.Reply?.Version, ended.Reply?.Stale));
    }

    [Fact]
    public async Task AStaleRead_WhenTheOthersAreSilent_IsAnsweredAtOnce()
    {
        _three.Coordinators.Silent(1);
        _three.Coordinators.Silent(2);
        var outcome = _three.Fetch();
        _three.Answer(ReplyStatus.NotFound, stale: true);

        Assert.True(outcome.IsCompleted);
        Assert.Equal((RoutedKind.Answered, ReplyStatus.NotFound), Of(await RouterHarness.Ended(outcome)));
    }

    [Fact]
    public async Task AStaleRead_IsNotHeldBackByASiloThatHangs()
    {
        var outcome = _three.Fetch();
        _three.Answer(ReplyStatus.Done, stale: true, version: 3);
        _three.Advance(275);

        Assert.Equal(3, (await RouterHarness.Ended(outcome)).Reply?.Version);
    }

    [Fact]
    public void AnEventualRead_TakesAStaleAnswer()
    {
        var outcome = _three.Fetch(consistency: ReadConsistency.Eventual);
        Assert.Equal(ReadConsistency.Eventual, _three.Last.Request.Consistency);
        _three.Answer(ReplyStatus.Done, stale: true, version: 3);

        Assert.True(outcome.IsCompleted);
        Assert.Single(_three.Cluster.Calls);
    }

    [Fact]
    public async Task AWritesNoByAStaleCopy_CountsWhereNobodyElseWasAsked()
    {
        var outcome = _three.Store();
        _three.Answer(ReplyStatus.ConditionFailed, stale: true, version: 4);

        Assert.True(outcome.IsCompleted);
        Assert.Equal((RoutedKind.Answered, ReplyStatus.ConditionFailed), Of(await RouterHarness.Ended(outcome)));
    }

    [Fact]
    public async Task AWritesNoByAStaleCopy_SaysNothingOfAnAttemptThatIsUncertain()
    {
        var outcome = _three.Store();
        _three.Last.Break();
        for (var passed = 0; passed < 5_500; passed += 25)
        {
            foreach (var call in _three.Cluster.Calls.Where(call => !call.Source.Task.IsCompleted))
                call.Answer(new OperationReply { Status = ReplyStatus.ConditionFailed, Stale = true, Version = 4, Silo = $"silo-{call.Coordinator + 1}" });
            _three.Advance(25);
        }

        Assert.Equal(RoutedKind.Unknown, (await RouterHarness.Ended(outcome)).Kind);
    }

    [Fact]
    public void WhileAGatewayHangs_AKeyGrainThatHasNotAnsweredSince_IsAskedByAProbeAlone()
    {
        _ = _three.Store();
        _three.Answer(ReplyStatus.Done);
        _three.Coordinators.Hung(2, now: 1);

        _ = _three.Store();
        var calls = _three.Cluster.Calls;
        Assert.Equal(OperationCode.Fetch, calls[^2].Request.Code);
        Assert.Null(calls[^2].Coordinator);
        Assert.True(calls[^1].Coordinator is 0 or 1, "a coordinator that answers has the write");

        _three.Coordinators.Answered(2, "silo-3");
        _ = _three.Store("b");
        Assert.Null(_three.Cluster.Calls[^1].Coordinator);
    }

    [Fact]
    public async Task WhileAGatewayHangs_AKeyGrainThatAnswers_IsAskedAgain()
    {
        _three.Coordinators.Hung(2, now: 1);
        _ = _three.Store();
        _three.Cluster.Calls[0].Answer(ReplyStatus.NotFound, silo: "silo-2");
        await WaitUntil(() => _three.Route("a").IsTrustedIn(_three.Coordinators.Trouble), "the probe's answer is noted");

        _ = _three.Store();
        Assert.Null(_three.Cluster.Calls[^1].Coordinator);

        // The next trouble asks for another proof.
        _three.Coordinators.Hung(1, now: 1);
        _ = _three.Store();
        Assert.NotNull(_three.Cluster.Calls[^1].Coordinator);
    }

    [Fact]
    public async Task WhenNoGatewayHasAnsweredForLong_NothingIsSent_AndNothingIsUnknown()
    {
        for (var i = 0; i < 3; i++) _three.Coordinators.Hung(i, Milliseconds.Now(_three.Time));
        var early = _three.Store();
        _three.Advance(1_000);
        Assert.False(early.IsCompleted, "everybody may just be slow");
        _three.Advance(1_200);
        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), Of(await RouterHarness.Ended(early)));

        var late = _three.Store("b");
        _three.Advance(500);
        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), Of(await RouterHarness.Ended(late)));
        Assert.Empty(_three.Cluster.Calls);
    }

    [Fact]
    public async Task WhatIsHeld_IsSentAsSoonAsSomebodyAnswers()
    {
        for (var i = 0; i < 3; i++) _three.Coordinators.Hung(i, Milliseconds.Now(_three.Time));
        var outcome = _three.Store();
        _three.Advance(300);
        _three.Coordinators.Answered(1, "silo-2");
        _three.Advance(150);

        // Beside the probe of the key's grain.
        Assert.Equal(1, Assert.Single(_three.Cluster.Calls, call => call.Request.Code == OperationCode.Store).Coordinator);
        _three.Last.Answer(new OperationReply { Status = ReplyStatus.Done, Version = 6, Silo = "silo-2" });
        Assert.Equal(6, (await RouterHarness.Ended(outcome)).Reply?.Version);
    }

    [Fact]
    public async Task AWriteThatComesWhileThereIsNoGateway_IsKeptUntilOneIsFound()
    {
        _three.Cluster.WithoutGatewayFor = 0;
        var outcome = _three.Store();
        _three.Advance(300);
        Assert.Empty(_three.Cluster.Calls);

        _three.Cluster.WithoutGatewayFor = null;
        _three.Advance(150);
        _three.Answer(ReplyStatus.Done, version: 2);
        Assert.Equal(2, (await RouterHarness.Ended(outcome)).Reply?.Version);
    }

    [Fact]
    public async Task AWriteForWhichNoGatewayIsFound_IsNotDone()
    {
        for (var i = 0; i < 3; i++) _three.Coordinators.Silent(i);
        _three.Cluster.WithoutGatewayFor = 0;
        var outcome = _three.Store();
        _three.Cluster.WithoutGatewayFor = (long)_three.Options.GatewayPatience.TotalMilliseconds;
        _three.Advance(150);

        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), Of(await RouterHarness.Ended(outcome)));
        Assert.Empty(_three.Cluster.Calls);
    }

    [Fact]
    public void AKeyGrainOnASiloThatIsCutOff_IsPassedOver_WhereAnotherSiloIsNot()
    {
        _ = _three.Store();
        _three.Answer(ReplyStatus.Done);
        _three.Coordinators.CutOff("silo-1", true);
        _ = _three.Store();
        Assert.True(_three.Cluster.Calls[^1].Coordinator is 1 or 2);

        _three.Coordinators.CutOff("silo-1", false);
        _ = _three.Store();
        Assert.Null(_three.Cluster.Calls[^1].Coordinator);
    }

    [Fact]
    public void WhereEverySiloThatAnswersIsCutOff_ACoordinatorIsAsked_ForTheGrainMayBeAcrossTheCut()
    {
        _ = _three.Store();
        _three.Answer(ReplyStatus.Done);
        _three.Coordinators.Silent(0);
        _three.Coordinators.Silent(1);
        _three.Coordinators.CutOff("silo-3", true);
        _ = _three.Store();

        Assert.Equal(2, _three.Cluster.Calls[^1].Coordinator);
    }

    [Fact]
    public async Task WhenTheGatewayOfACutOffSiloIsLost_NobodyWaitsForAnother()
    {
        _three.Coordinators.Silent(0);
        _three.Coordinators.Silent(1);
        _three.Coordinators.CutOff("silo-3", true);
        _three.Cluster.WithoutGatewayFor = 0;

        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), Of(await RouterHarness.Ended(_three.Store())));
        Assert.Empty(_three.Cluster.Calls);
    }

    private static (RoutedKind Kind, ReplyStatus Status) Of(RoutedOutcome outcome) => (outcome.Kind, outcome.Status);

    private static async Task WaitUntil(Func<bool> condition, string what)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(started.Elapsed < TimeSpan.FromSeconds(10), $"expected: {what}");
            await Task.Delay(5);
        }
    }
}
