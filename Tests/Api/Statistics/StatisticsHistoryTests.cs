using Orleans.Kv.Api.Statistics;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Tests.Api.Statistics;

/// <summary>Rates and quantiles are those of what happened between two reports, whatever becomes of silos meanwhile.</summary>
public sealed class StatisticsHistoryTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid First = Guid.NewGuid();

    private readonly StatisticsHistory _history = new();

    [Fact]
    public void Rates_AreOfTheTimeBetween_AddedUpOverSilos()
    {
        _history.Add(Report(Silo("a", 10_000, calls: 1_000, failed: 1), Silo("b", 5_000, calls: 0)), Begin);
        _history.Add(Report(Silo("a", 12_000, calls: 1_200, failed: 3), Silo("b", 7_000, calls: 100)), Begin.AddSeconds(2));

        var store = View(2).Points[^1].Operations!["store"];
        Assert.Equal((150, 1, 300), (store.PerSecond, store.FailedPerSecond, store.Calls));
    }

    [Fact]
    public void Quantiles_AreOfTheLastInterval_NotOfAllTime()
    {
        _history.Add(Report(Silo("a", 10_000, calls: 1_000, microseconds: 100)), Begin);
        var slow = Silo("a", 12_000, Counts("store", (100, 1_000), (50_000, 98), (900_000, 2)));
        _history.Add(Report(slow), Begin.AddSeconds(2));

        var store = View(2).Points[^1].Operations!["store"];
        Assert.InRange(store.P50!.Value, 50_000, 50_000 * 1.13);
        Assert.InRange(store.P99!.Value, 900_000, 900_000 * 1.13);
    }

    [Fact]
    public void ASilosNewLife_IsNotSubtractedFromItsFormer()
    {
        _history.Add(Report(Silo("a", 10_000, calls: 1_000)), Begin);
        _history.Add(Report(Silo("a", 1_000, calls: 10, life: Guid.NewGuid())), Begin.AddSeconds(2));

        Assert.Empty(View(2).Points[^1].Operations!);
        Assert.Null(View(2).OperationsOf(View(2).Report.Silos[0]));
    }

    [Fact]
    public void ARoundWithoutAnswer_IsAGap_AndWhatHappenedMeanwhileIsNotLost()
    {
        _history.Add(Report(Silo("a", 10_000, calls: 1_000)), Begin);
        _history.Add(null, Begin.AddSeconds(2));
        _history.Add(Report(Silo("a", 14_000, calls: 1_400)), Begin.AddSeconds(4));

        var points = View(4).Points;
        Assert.Null(points[1].Operations);
        Assert.Equal((100, 400), (points[2].Operations!["store"].PerSecond, points[2].Operations!["store"].Calls));
    }

    [Fact]
    public void ASiloThatMissesARound_IsMadeUpForByItsNextReport()
    {
        _history.Add(Report(Silo("a", 10_000, calls: 0), Silo("b", 10_000, calls: 0)), Begin);
        _history.Add(Report(Silo("b", 12_000, calls: 200)), Begin.AddSeconds(2));
        _history.Add(Report(Silo("a", 14_000, calls: 400), Silo("b", 14_000, calls: 400)), Begin.AddSeconds(4));

        Assert.Equal([100, 200], View(4).Points.Skip(1).Select(point => point.Operations!["store"].PerSecond));
    }

    [Fact]
    public void WhatNobodyHasToldForAWhile_IsNotShown()
    {
        Assert.Null(_history.View(Begin, TimeSpan.FromSeconds(8)));
        _history.Add(Report(Silo("a", 10_000, calls: 0)), Begin);
        Assert.NotNull(_history.View(Begin.AddSeconds(8), TimeSpan.FromSeconds(8)));
        Assert.Null(_history.View(Begin.AddSeconds(9), TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public void Points_AreAsManyAsFiveMinutesHave()
    {
        for (var i = 0; i < StatisticsHistory.MaxPoints + 20; i++) _history.Add(Report(Silo("a", 10_000 + (i * 2_000), calls: i)), Begin.AddSeconds(2 * i));

        var points = View(2 * (StatisticsHistory.MaxPoints + 19)).Points;
        Assert.Equal((150, Begin.AddSeconds(40).ToUnixTimeMilliseconds()), (points.Length, points[0].At));
        Assert.All(points, point => Assert.Equal(0.5, point.Operations!["store"].PerSecond));
    }

    private StatisticsView View(int seconds) => _history.View(Begin.AddSeconds(seconds), TimeSpan.FromSeconds(8))!;

    private static MonitoringReport Report(params SiloReport[] silos) => new() { Silos = silos, Unasked = [] };

    private static SiloReport Silo(string name, long uptime, int calls, int failed = 0, long microseconds = 500, Guid? life = null) =>
        Silo(name, uptime, Counts("store", failed, (microseconds, calls)), life);

    private static SiloReport Silo(string name, long uptime, CallCounts counts, Guid? life = null) => new()
    {
        Name = name,
        Incarnation = life ?? First,
        Address = "127.0.0.1:1",
        Uptime = uptime,
        Replica = new ReplicaStatus { Store = Guid.Empty, Epoch = 1, Keys = 0, Bytes = 0 },
        Owes = [],
        Operations = [counts],
        Grains = [],
    };

    private static CallCounts Counts(string name, params (long Microseconds, long Count)[] calls) => Counts(name, 0, calls);

    private static CallCounts Counts(string name, int failed, params (long Microseconds, long Count)[] calls) => new()
    {
        Name = name,
        Calls = calls.Sum(call => call.Count),
        Failed = failed,
        Microseconds = calls.Sum(call => call.Microseconds * call.Count),
        Buckets = [.. calls.Select(call => LatencyBuckets.IndexOf(call.Microseconds))],
        Counts = [.. calls.Select(call => call.Count)],
    };
}
