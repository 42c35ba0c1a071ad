using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Consensus;
using Orleans.Kv.Grains.Reachability;
using Orleans.Kv.Grains.Traffic;
using Orleans.Kv.Interfaces.Operations;
using Orleans.Kv.Tests.Store.Clusters;

namespace Orleans.Kv.Tests.Store.Reachability;

/// <summary>Silos find out by themselves whom they can reach, and what they have missed.</summary>
public sealed class ReachabilityWatchTests : IAsyncLifetime
{
    private const int Third = 2;

    /// <summary>What a process stands still for, where it does: longer than the others wait for a sign of it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly Lines _lines = new();
    private readonly Origin _origin = new();
    private readonly Dictionary<string, PausableTime> _clocks = [];
    private readonly Dictionary<string, RecordedLogs> _logs = [];
    private StoreCluster _cluster = null!;

    private string[] Names => [.. _cluster.Silos.Select(static silo => silo.Name)];

    public async Task InitializeAsync()
    {
        _cluster = await StoreCluster.Start(configure: (name, silo) =>
        {
            var clock = new PausableTime();
            var logs = new RecordedLogs();
            lock (_clocks)
            {
                _clocks[name] = clock;
                _logs[name] = logs;
            }

            _lines.AddTo(silo);
            silo.Services.AddSingleton<TimeProvider>(clock);
            silo.Services.AddSingleton<ILoggerProvider>(logs);
            silo.Services.AddLogging(static logging => logging.AddFilter<RecordedLogs>(typeof(ReachabilityWatch).Namespace, LogLevel.Information));
            // So that whoever is answered soon is not answered because a batch has timed out.
            silo.Configure<TrafficOptions>(options => options.BatchTimeout = TimeSpan.FromSeconds(30));
        });
        await Eventually.Seen("silos in sync", () => string.Join(' ', Enumerable.Range(0, 3).Select(at => Watch(at).IsInSync)), _ => Enumerable.Range(0, 3).All(at => Watch(at).IsInSync));
        // All have heard each other: who never did is another case.
        await Eventually.Seen("peers heard", () => Enumerable.Range(0, 3).Sum(at => Enumerable.Range(0, 3).Count(of => Hearings(at).LastOf(Node(of)) is not null)), heard => heard == 6);
    }

    public async Task DisposeAsync()
    {
        _lines.Heal();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task SilentPeers_AreUnreachableAfterAMoment_AndReachableWithTheirFirstAnswer()
    {
        _lines.HangAround(Names[Third], Names);
        var took = await Unreachable(Third, 0, 1);

        Assert.True(took < TimeSpan.FromSeconds(3), $"it took {took}");
        var since = Watch(Third).UnreachableSince(Node(0))!.Value;
        Assert.InRange(DateTimeOffset.UtcNow - since, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        Assert.Contains($"2 of {string.Join(", ", Names.Order(StringComparer.Ordinal))} are needed; unreachable: ", Watch(Third).ShortageOf(Key.From("a")));
        await Unreachable(0, Third);
        Assert.True(Watch(0).CanReach(Node(1)));
        Assert.Null(Watch(0).ShortageOf(Key.From("a")));
        Assert.Equal(2, Lost(Third).Distinct().Count());

        _lines.Heal();
        await Eventually.Seen("all reachable", () => Watch(Third).IsClear && Watch(0).IsClear, clear => clear);
        Assert.Null(Watch(Third).UnreachableSince(Node(0)));
        Assert.Equal(2, _logs[Names[Third]].Of("NodeReachable", LogLevel.Information).Distinct().Count());
    }

    [Fact]
    public async Task RequestsOnTheirWay_FailWhenThePeersBecomeUnreachable()
    {
        await Must(ReplyStatus.Done, Third, _origin.Store("1"));
        _lines.HangAround(Names[Third], Names);

        var began = Stopwatch.GetTimestamp();
        var reply = await Ask(Third, _origin.TestAndSet("1", "2"));

        // The batches that carried it have half a minute. Whether it was done nobody can know here.
        Assert.True(reply.Status is ReplyStatus.NoQuorum or ReplyStatus.Unknown, $"{reply.Status}: {reply.Detail}");
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(4), $"it took {Stopwatch.GetElapsedTime(began)}");
        await Unreachable(Third, 0, 1);
        began = Stopwatch.GetTimestamp();
        reply = await Must(ReplyStatus.NoQuorum, Third, _origin.Fetch());
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(500), $"it took {Stopwatch.GetElapsedTime(began)}");
        Assert.Contains($"{Names[0]} since ", reply.Detail);
        Assert.Contains($"{Names[1]} since ", reply.Detail);
    }

    [Fact]
    public async Task PeersThatRefuse_AreUnreachableBeforeTheyCountAsSilent()
    {
        _lines.Refuse(Names[Third], Names[0]);
        await Unreachable(Third, 0);
        Assert.Contains("refuses", Assert.Single(Lost(Third)));
        Assert.True(Watch(Third).CanReach(Node(1)));
    }

    [Fact]
    public async Task PeerWhosePingsAreLost_IsReachableForAsLongAsItAnswersAnythingElse()
    {
        await Must(ReplyStatus.Done, Third, _origin.Store("1"));
        _lines.LosePings(Names[Third], Names[0]);
        _lines.LosePings(Names[Third], Names[1]);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(3))
        {
            await Must(ReplyStatus.Done, Third, _origin.Update(Origin.Json(Stopwatch.GetTimestamp())));
            await Task.Delay(20);
            Assert.Equal(2, Enumerable.Range(0, 2).Count(at => Watch(Third).CanReach(Node(at))));
        }

        Assert.Empty(Lost(Third));
        await Unreachable(Third, 0, 1);
    }

    [Fact]
    public async Task SiloThatStoodStill_BlamesNobody()
    {
        for (var i = 0; i < 5; i++)
        {
            _clocks[Names[Third]].Skip(Pause);
            await Looked(Third);
        }

        Assert.Empty(Lost(Third));
    }

    [Fact]
    public async Task SiloThatStoodStillWhileCutOff_TakesNobodyForReachableWithoutAnAnswer()
    {
        _lines.HangAround(Names[Third], Names);
        await Unreachable(Third, 0, 1);
        var since = Watch(Third).UnreachableSince(Node(0));

        _clocks[Names[Third]].Skip(Pause);
        await Looked(Third);

        Assert.Equal(since, Watch(Third).UnreachableSince(Node(0)));
        Assert.NotNull(Watch(Third).ShortageOf(Key.From("a")));
        Assert.Empty(_logs[Names[Third]].Of("NodeReachable", LogLevel.Information));
    }

    [Fact]
    public async Task SiloThatStoodStill_IsNotInSyncUntilItHasAskedAgain()
    {
        await Must(ReplyStatus.Done, 0, _origin.Store("1"));
        var third = _cluster.Service<Grains.Replicas.Replica>(_cluster.Silos[Third]);
        await Eventually.Seen("a copy", () => third.TryGet(Key.From("a"), out var copy) && copy.State is not null, there => there);
        // While it stands still, the others do without it.
        foreach (var other in Names.Take(2)) _lines.Hang(other, Names[Third]);
        await Must(ReplyStatus.Done, 0, _origin.Store("2"));
        await Unreachable(0, Third);
        await Unreachable(1, Third);
        Assert.Equal("1", Origin.Text(await Must(ReplyStatus.Done, Third, _origin.FetchEventually())));

        _clocks[Names[Third]].Skip(Pause);

        Assert.False(Watch(Third).IsInSync, "it has just been away, and nobody was asked what happened meanwhile");
        // What it shows at once is what it has, with a warning, or what the others have.
        var reply = await Must(ReplyStatus.Done, Third, _origin.FetchEventually());
        Assert.True(reply.Stale || Origin.Text(reply) == "2", "a missed write, and no word of it");
        await Looked(Third);
        Assert.False(Watch(Third).IsInSync, "a write is owed to it");

        _lines.Heal();
        await Eventually.Seen("silo in sync", () => Watch(Third).IsInSync, inSync => inSync);
        reply = await Must(ReplyStatus.Done, Third, _origin.FetchEventually());
        Assert.Equal(("2", false), (Origin.Text(reply), reply.Stale));
    }

    private ReachabilityWatch Watch(int silo) => _cluster.Service<ReachabilityWatch>(_cluster.Silos[silo]);

    private Hearings Hearings(int silo) => _cluster.Service<Hearings>(_cluster.Silos[silo]);

    private NodeId Node(int silo) => _cluster.NodeOf(_cluster.Silos[silo]);

    private string[] Lost(int silo) => _logs[Names[silo]].Of("NodeUnreachable", LogLevel.Warning);

    private Task<TimeSpan> Unreachable(int from, params int[] peers) => Eventually.Seen(
        $"{string.Join(", ", peers.Select(at => Names[at]))} unreachable from {Names[from]}", () => peers.Count(at => !Watch(from).CanReach(Node(at))), count => count == peers.Length);

    /// <summary>Waits until that silo has looked after the others for a few times.</summary>
    private static Task Looked(int silo) => Task.Delay(TimeSpan.FromMilliseconds(800));

    private Task<OperationReply> Ask(int silo, OperationRequest request) => _cluster.Coordinator(_cluster.Silos[silo]).Execute("a", request).AsTask();

    private async Task<OperationReply> Must(ReplyStatus status, int silo, OperationRequest request)
    {
        var reply = await Ask(silo, request);
        Assert.True(reply.Status == status, $"{request.Code} on {Names[silo]}: expected {status}, got {reply.Status}: {reply.Detail}");
        return reply;
    }
}
