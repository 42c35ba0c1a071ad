using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Kv.Api.Keys;
using Orleans.Kv.Api.Operations;
using Orleans.Kv.Api.Routing;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Operations;

namespace Orleans.Kv.Tests.Api.Routing;

public sealed class RouterTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly FakeCluster _cluster = new();
    private readonly SiloHealth _silos = new();
    private readonly KeyRouteCache _routes = new();
    private readonly RouterOptions _options = new();
    private readonly CoordinatorChoice _coordinators = new(4);
    private readonly Router _router;

    public RouterTests() => _router = new Router(_cluster, _silos, _coordinators, Options.Create(_options), _time);

    public void Dispose() => _router.Dispose();

    [Fact]
    public async Task AnAnswerOfTheKeyGrain_IsTheOutcome_AndNobodyElseIsAsked()
    {
        var outcome = Store("a");
        Last().Answer(ReplyStatus.Done, version: 7);

        var (kind, version) = await Ended(outcome);
        Assert.Equal((RoutedKind.Answered, 7), (kind, version));
        Assert.Null(Assert.Single(_cluster.Calls).Coordinator);
        Assert.Equal(0, _router.InFlight);
    }

    [Fact]
    public async Task MediaTypes_TravelWithTheValues_OnEveryAttempt()
    {
        var input = new OperationInput(OperationCode.TestAndSet, _routes.Get("a"u8))
        {
            Value = [1, 2], ContentType = "image/png", Expect = [3], ExpectContentType = ContentTypes.Bytes,
        };
        var outcome = _router.ExecuteAsync(input).AsTask();
        var request = Last().Request;
        Assert.Equal(("image/png", ContentTypes.Bytes), (request.ContentType, request.ExpectContentType));
        // The key grain keeps silent: the coordinator is told the same.
        _time.Advance(TimeSpan.FromMilliseconds(275));
        Assert.Same(request, Last().Request);
        Last().Answer(ReplyStatus.Done, version: 1, silo: "silo-2");
        Assert.Equal((RoutedKind.Answered, 1), await Ended(outcome));
    }

    [Fact]
    public async Task SilenceOf250Milliseconds_SendsTheSameOperationToACoordinator()
    {
        var outcome = Store("a");
        _time.Advance(TimeSpan.FromMilliseconds(240));
        Assert.Single(_cluster.Calls);
        _time.Advance(TimeSpan.FromMilliseconds(35));

        var hedge = Last();
        Assert.NotNull(hedge.Coordinator);
        // The very same request: one identity, one deadline.
        Assert.Same(_cluster.Calls[0].Request, hedge.Request);
        hedge.Answer(ReplyStatus.Done, version: 3, silo: "silo-2");
        Assert.Equal((RoutedKind.Answered, 3), await Ended(outcome));
    }

    [Fact]
    public void ALargeValue_IsWaitedForLonger_BeforeASecondSiloIsAsked()
    {
        var input = Input("a", OperationCode.Store) with { Value = new byte[OperationLimits.MaxValueBytes] };
        _ = Execute(input);
        _time.Advance(TimeSpan.FromMilliseconds(2_240));
        Assert.Single(_cluster.Calls);
        _time.Advance(TimeSpan.FromMilliseconds(35));
        Assert.Equal(2, _cluster.Calls.Count);
    }

    [Fact]
    public void AValueThatWasSeenToBeLarge_IsWaitedForLonger_UntilItIsSmall()
    {
        var mebibyte = TimeSpan.FromMilliseconds(500);
        _ = Execute(Input("a", OperationCode.Fetch) with { Value = null });
        Last().Answer(new OperationReply { Status = ReplyStatus.Done, Silo = "silo-1", Value = new byte[1 << 20] });
        _ = Execute(Input("a", OperationCode.Fetch) with { Value = null });
        _time.Advance(mebibyte - TimeSpan.FromMilliseconds(10));
        Assert.Equal(2, _cluster.Calls.Count);
        Last().Answer(new OperationReply { Status = ReplyStatus.Done, Silo = "silo-1", Value = new byte[3] });
        _ = Execute(Input("a", OperationCode.Fetch) with { Value = null });
        _time.Advance(TimeSpan.FromMilliseconds(275));
        Assert.Equal(4, _cluster.Calls.Count);
    }

    [Fact]
    public async Task FurtherSilence_ReachesASecondCoordinator_AndTheFirstDefiniteAnswerCounts()
    {
        var outcome = Store("a");
        _time.Advance(TimeSpan.FromMilliseconds(550));

        var calls = _cluster.Calls;
        Assert.Equal(3, calls.Count);
        Assert.NotEqual(calls[1].Coordinator, calls[2].Coordinator);
        calls[0].Answer(ReplyStatus.Done, version: 9);
        calls[1].Answer(ReplyStatus.Done, version: 9);
        Assert.Equal((RoutedKind.Answered, 9), await Ended(outcome));
    }

    [Fact]
    public async Task ARefusedCall_IsFollowedAtOnce()
    {
        var outcome = Store("a");
        Last().Break();

        Assert.Equal(2, _cluster.Calls.Count);
        Last().Answer(ReplyStatus.Done, version: 1, silo: "silo-2");
        Assert.Equal((RoutedKind.Answered, 1), await Ended(outcome));
    }

    [Fact]
    public void AnAvoidedKey_GoesToACoordinatorFirst_AndAProbeAsksItsGrain()
    {
        var first = Store("a");
        Last().Break();
        Last().Answer(ReplyStatus.Done, silo: "silo-2");
        Assert.True(first.IsCompleted);

        _ = Store("a");
        Assert.NotNull(Last().Coordinator);
        _time.Advance(_options.ProbePeriod + TimeSpan.FromMilliseconds(1));
        _ = Store("a");

        var probe = Assert.Single(_cluster.Calls, call => call.Coordinator is null && call.Request.Code == OperationCode.Fetch);
        Assert.NotEqual(_cluster.Calls[0].Request.Origin, probe.Request.Origin);
        Assert.NotNull(Last().Coordinator);
    }

    [Fact]
    public async Task AProbeThatIsAnswered_BringsTheKeyBackToItsGrain()
    {
        _ = Store("a");
        Last().Break();
        Last().Answer(ReplyStatus.Done, silo: "silo-2");
        _time.Advance(_options.ProbePeriod + TimeSpan.FromMilliseconds(1));
        _ = Store("a");
        _cluster.Calls.Single(call => call.Request.Code == OperationCode.Fetch).Answer(ReplyStatus.NotFound, silo: "silo-3");
        // The probe's continuation may run on another thread.
        await WaitUntil(() => !Route("a").Avoided, "the key is trusted again");

        _ = Store("a");
        Assert.Null(Last().Coordinator);
    }

    [Fact]
    public void ASiloSilentThreeTimes_IsPassedOverForItsOtherKeys()
    {
        foreach (var key in new[] { "a", "b", "c", "d" })
        {
            _ = Store(key);
            Last().Answer(ReplyStatus.Done, silo: "silo-1");
        }

        foreach (var key in new[] { "a", "b", "c" })
        {
            _ = Store(key);
            Last().Break();
        }

        _ = Store("d");
        Assert.NotNull(Last(call => call.Request.Code == OperationCode.Store).Coordinator);
    }

    [Fact]
    public async Task TooLate_OfTheOnlyProposerAsked_IsStampedAnewWithANewNumber()
    {
        var ahead = HybridTimestamp.FromUnixMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds()).Plus(TimeSpan.FromHours(1));
        var outcome = Store("a");
        var first = Last().Request;
        Last().Answer(ReplyStatus.TooLate, stamp: ahead.Value);

        var second = Last();
        Assert.True(second.Request.Number > first.Number);
        Assert.True(second.Request.Deadline > ahead.Value, "the clock has caught up with the stamp");
        Assert.Equal(first.Origin, second.Request.Origin);
        second.Answer(ReplyStatus.Done, version: 2);
        Assert.Equal((RoutedKind.Answered, 2), await Ended(outcome));
    }

    [Fact]
    public async Task TooLate_WithTheCallersOwnId_KeepsTheId()
    {
        var outcome = Execute(Input("a", OperationCode.Store, RequestOrigin.Of("r"u8)));
        var first = Last().Request;
        Assert.Equal((RequestOrigin.Of("r"u8), 0L, 0L), (first.Origin, first.Number, first.Mark));
        Last().Answer(ReplyStatus.TooLate, stamp: first.Deadline + 1);

        var second = Last();
        Assert.Equal((first.Origin, first.Number), (second.Request.Origin, second.Request.Number));
        Assert.True(second.Request.Deadline > first.Deadline);
        second.Answer(ReplyStatus.Done);
        Assert.Equal(RoutedKind.Answered, (await Ended(outcome)).Kind);
    }

    [Fact]
    public async Task TooLate_AfterAnotherProposerWasAsked_IsUnknownInTheEnd()
    {
        var outcome = Store("a");
        _time.Advance(TimeSpan.FromMilliseconds(275));
        var number = _cluster.Calls[0].Request.Number;
        Last().Answer(ReplyStatus.TooLate, stamp: 5);
        foreach (var call in Rest()) call.Answer(ReplyStatus.TooLate, stamp: 5);
        AnswerAllUntilTheDeadline(ReplyStatus.TooLate);

        Assert.Equal(RoutedKind.Unknown, (await Ended(outcome)).Kind);
        Assert.All(_cluster.Calls, call => Assert.Equal(number, call.Request.Number));
    }

    [Fact]
    public async Task NoAnswerAtAll_IsUnknownForAWriteAndUnavailableForARead()
    {
        var write = Store("a");
        var read = Execute(Input("b", OperationCode.Fetch));
        _time.Advance(_options.RequestDeadline + _options.HedgeAfter);

        Assert.Equal(RoutedKind.Unknown, (await Ended(write)).Kind);
        var answer = await read.WaitAsync(Deadline);
        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), (answer.Kind, answer.Status));
        Assert.Equal(0, _router.InFlight);
    }

    [Theory]
    [InlineData(ReplyStatus.NoQuorum)]
    [InlineData(ReplyStatus.Forming)]
    public async Task ARefusalByTwoSilos_IsAnsweredAtOnceAsNotDone(ReplyStatus status)
    {
        var outcome = Store("a");
        Last().Answer(status);
        Last().Answer(status, silo: "silo-2");

        var answer = await outcome.WaitAsync(Deadline);
        Assert.Equal((RoutedKind.NotDone, status), (answer.Kind, answer.Status));
        Assert.Equal(2, _cluster.Calls.Count);
    }

    [Fact]
    public async Task ARefusalAfterABrokenCall_DoesNotMakeAWriteCertain()
    {
        var outcome = Store("a");
        Last().Break();
        AnswerAllUntilTheDeadline(ReplyStatus.NoQuorum);

        Assert.Equal(RoutedKind.Unknown, (await Ended(outcome)).Kind);
    }

    [Fact]
    public async Task AnUnknownOutcome_IsResolvedByAskingOn()
    {
        var outcome = Store("a");
        Last().Answer(ReplyStatus.Unknown);
        Last().Answer(ReplyStatus.Done, version: 4);

        Assert.Equal((RoutedKind.Answered, 4), await Ended(outcome));
    }

    [Fact]
    public async Task Overloaded_IsNotSentOn()
    {
        var outcome = Store("a");
        Last().Answer(ReplyStatus.Overloaded);

        Assert.Equal(ReplyStatus.Overloaded, (await outcome.WaitAsync(Deadline)).Status);
        Assert.Single(_cluster.Calls);
    }

    [Fact]
    public async Task WithoutACluster_NothingIsSent()
    {
        _cluster.IsConnected = false;

        var answer = await Store("a").WaitAsync(Deadline);
        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), (answer.Kind, answer.Status));
        Assert.Empty(_cluster.Calls);
    }

    [Fact]
    public async Task TheLastGatewayLost_ReadsGoOnUntilOneIsFound()
    {
        var outcome = Execute(Input("a", OperationCode.Fetch) with { Value = null });
        _cluster.WithoutGatewayFor = 0;
        for (var i = 0; i < 10; i++)
        {
            Last().Break();
            Assert.False(outcome.IsCompleted);
            _time.Advance(_options.RetryPause + _options.SweepPeriod);
        }

        _cluster.WithoutGatewayFor = null;
        Last().Answer(ReplyStatus.Done, version: 7);
        Assert.Equal(7, (await outcome.WaitAsync(Deadline)).Reply!.Version);
    }

    [Fact]
    public async Task WithoutGatewaysForLong_ReadsAreRefusedAtOnce()
    {
        _cluster.WithoutGatewayFor = (long)_options.GatewayPatience.TotalMilliseconds;
        var outcome = Execute(Input("a", OperationCode.Fetch) with { Value = null });
        for (var i = 0; i < 3; i++) Last().Break();

        var answer = await outcome.WaitAsync(Deadline);
        Assert.Equal((RoutedKind.NotDone, ReplyStatus.Unavailable), (answer.Kind, answer.Status));
    }

    [Fact]
    public async Task TheBoundOnOperationsInFlight_IsKept()
    {
        _options.MaxInFlight = 2;
        _ = Store("a");
        _ = Store("b");

        Assert.Equal(ReplyStatus.Overloaded, (await Store("c").WaitAsync(Deadline)).Status);
        Assert.Equal(2, _cluster.Calls.Count);
    }

    [Fact]
    public void HedgesForSilence_AreBoundedWhenEverythingIsSlow()
    {
        using var router = new Router(
            _cluster, _silos, _coordinators, Options.Create(new RouterOptions { HedgeBurst = 5 }), _time);
        for (var i = 0; i < 50; i++) _ = router.ExecuteAsync(Input($"k{i}", OperationCode.Store)).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(275));

        Assert.Equal(5, _cluster.Calls.Count(call => call.Coordinator is not null));
        // The others wait for their grains, which are slow and not away.
        Assert.Equal(5, Enumerable.Range(0, 50).Count(i => Route($"k{i}").Avoided));
    }

    [Fact]
    public void NothingInFlight_LeavesNoTimerRunning()
    {
        _ = Store("a");
        Assert.Equal(1, _time.ArmedTimers);
        Last().Answer(ReplyStatus.Done);
        _time.Advance(2 * _options.SweepPeriod);

        Assert.Equal(0, _time.ArmedTimers);
        _ = Store("a");
        Assert.Equal(1, _time.ArmedTimers);
    }

    private Task<RoutedOutcome> Store(string key) => Execute(Input(key, OperationCode.Store));

    private Task<RoutedOutcome> Execute(OperationInput input) => _router.ExecuteAsync(input).AsTask();

    private OperationInput Input(string key, OperationCode code, Guid? origin = null) =>
        new(code, Route(key)) { Value = "1"u8.ToArray(), RequestOrigin = origin };

    private KeyRoute Route(string key) => _routes.Get(Encoding.UTF8.GetBytes(key));

    private FakeCluster.Call Last(Func<FakeCluster.Call, bool>? which = null) => _cluster.Calls.Last(which ?? (_ => true));

    private IEnumerable<FakeCluster.Call> Rest() => _cluster.Calls.Where(call => !call.Source.Task.IsCompleted);

    private void AnswerAllUntilTheDeadline(ReplyStatus status)
    {
        for (var passed = TimeSpan.Zero; passed <= _options.RequestDeadline + _options.HedgeAfter; passed += _options.SweepPeriod)
        {
            foreach (var call in Rest()) call.Answer(status);
            _time.Advance(_options.SweepPeriod);
        }
    }

    private static async Task<(RoutedKind Kind, long Version)> Ended(Task<RoutedOutcome> outcome)
    {
        var ended = await outcome.WaitAsync(Deadline);
        return (ended.Kind, ended.Reply?.Version ?? 0);
    }

    private static async Task WaitUntil(Func<bool> condition, string what)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(started.Elapsed < Deadline, $"expected within {Deadline}: {what}");
            await Task.Delay(5);
        }
    }
}
