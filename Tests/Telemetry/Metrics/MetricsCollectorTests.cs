using System.Buffers;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Orleans.Kv.Telemetry.Metrics;

namespace Orleans.Kv.Tests.Telemetry.Metrics;

public sealed class MetricsCollectorTests : IDisposable
{
    private readonly Meter _meter = new("test");
    private readonly MetricsCollector _collector;

    public MetricsCollectorTests() => _collector = new MetricsCollector(meter => ReferenceEquals(meter, _meter));

    public void Dispose()
    {
        _collector.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_AddUp_ByTheirTags_InAnyOrder()
    {
        var counter = _meter.CreateCounter<long>("kv.calls", "{call}", "Calls.");
        counter.Add(1);
        counter.Add(2, Tag("x", 1), Tag("y", "a"));
        counter.Add(3, Tag("y", "a"), Tag("x", 1));
        counter.Add(4, Tag("x", 2), Tag("y", "a"));

        var page = Page();
        Assert.Equal("counter", page.Types["kv_calls_total"]);
        Assert.Equal(1, page["kv_calls_total"]);
        Assert.Equal(5, page["kv_calls_total", "x=\"1\"", "y=\"a\""]);
        Assert.Equal(4, page["kv_calls_total", "x=\"2\"", "y=\"a\""]);
    }

    [Fact]
    public void Histograms_CountEachMeasurementOnce_WithBoundsThatIncludeTheirOwnValue()
    {
        var histogram = _meter.CreateHistogram("kv.time", "s", "Time.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 1, 7 }) histogram.Record(value);

        var page = Page();
        Assert.Equal((2, 4, 5), (page["kv_time_seconds_bucket", "le=\"0.1\""], page["kv_time_seconds_bucket", "le=\"1\""], page["kv_time_seconds_bucket", "le=\"+Inf\""]));
        Assert.Equal(8.65, page["kv_time_seconds_sum"], 9);
        Assert.Equal(5, page["kv_time_seconds_count"]);
    }

    [Fact]
    public void Observed_IsAsItIsWhenAsked_AndWhatIsNotNamedAnyMore_IsGone()
    {
        var nodes = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("kv.up", () => nodes.Select(node => new Measurement<int>(1, Tag("node", node))));
        Assert.Equal(2, Page().Sum("kv_up"));

        nodes.Remove("a");
        nodes.Add("c");
        Assert.Equal(["node=\"b\"", "node=\"c\""], Page().Samples.Keys.Select(key => key.Labels).Order());

        nodes.Clear();
        Assert.Empty(Collect());
        nodes.Add("a");
        Assert.Equal(1, Page()["kv_up", "node=\"a\""]);
    }

    [Fact]
    public void UpDownCounters_GoDown_AndGaugesAreTheLastValue()
    {
        var open = _meter.CreateUpDownCounter<int>("kv.open");
        open.Add(3);
        open.Add(-2);
        var level = _meter.CreateGauge<double>("kv.level", "1");
        level.Record(0.25);
        level.Record(0.75);

        var page = Page();
        Assert.Equal(1, page["kv_open"]);
        Assert.Equal(0.75, page["kv_level_ratio"]);
    }

    [Fact]
    public void WhatAnInstrumentThrows_IsTold_AndTheOthersAreThere()
    {
        _meter.CreateObservableGauge("kv.broken", int () => throw new InvalidOperationException("broken"));
        _meter.CreateObservableGauge("kv.whole", () => 1);

        var families = _collector.Collect(out var fault);
        Assert.Contains("broken", fault!.ToString(), StringComparison.Ordinal);
        Assert.Equal("kv_whole", Assert.Single(families).Name);
    }

    [Fact]
    public void ADisposedMeter_LeavesNothing_AndANewOneBeginsAnew()
    {
        Meter? wanted = null;
        using var collector = new MetricsCollector(meter => ReferenceEquals(meter, wanted));
        using (wanted = new Meter("host"))
        {
            wanted.CreateCounter<int>("kv.x").Add(5);
            Assert.Single(collector.Collect(out _));
        }

        Assert.Empty(collector.Collect(out _));
        using (wanted = new Meter("host"))
        {
            wanted.CreateCounter<int>("kv.x").Add(1);
            Assert.Equal(1, Assert.Single(Assert.Single(collector.Collect(out _)).Samples).Value);
        }
    }

    [Fact]
    public void TheSameInstrumentOfTwoHosts_IsAddedUp()
    {
        using var first = new Meter("twice");
        using var second = new Meter("twice");
        using var collector = new MetricsCollector(meter => meter == first || meter == second);
        first.CreateCounter<int>("kv.x").Add(1, Tag("n", 1));
        second.CreateCounter<int>("kv.x").Add(2, Tag("n", 1));
        second.CreateHistogram<double>("kv.h", "s").Record(1);
        first.CreateHistogram<double>("kv.h", "s").Record(2);

        var page = PrometheusPage.Parse(Write(collector.Collect(out _)));
        Assert.Equal(3, page["kv_x_total", "n=\"1\""]);
        Assert.Equal(2, page["kv_h_seconds_count"]);
    }

    [Fact]
    public void TooManyTags_GoIntoASeriesOfTheirOwn()
    {
        var counter = _meter.CreateCounter<int>("kv.x");
        for (var i = 0; i < MetricsCollector.MaxSeries + 500; i++) counter.Add(1, Tag("key", i));

        var page = Page();
        Assert.Equal(MetricsCollector.MaxSeries + 1, page.Samples.Count);
        Assert.Equal(500, page["kv_x_total", "otel_metric_overflow=\"true\""]);
    }

    [Fact]
    public void ManyThreads_LoseNothing()
    {
        const int Each = 20_000;
        var histogram = _meter.CreateHistogram<double>("kv.h", "s");
        var counter = _meter.CreateCounter<int>("kv.c");
        Parallel.For(0, 4, worker =>
        {
            for (var i = 0; i < Each; i++)
            {
                histogram.Record(1, Tag("t", i % 3));
                counter.Add(1, Tag("t", (worker + i) % 50));
            }
        });

        var page = Page();
        Assert.Equal(4 * Each, page.Sum("kv_h_seconds_count"));
        Assert.Equal(4 * Each, page.Sum("kv_h_seconds_sum"));
        Assert.Equal(4 * Each, page.Sum("kv_c_total"));
    }

    [Theory]
    [InlineData("kv.operation.duration", "s", MetricKind.Histogram, "kv_operation_duration_seconds")]
    [InlineData("kv.replica.size", "By", MetricKind.Gauge, "kv_replica_size_bytes")]
    [InlineData("kv.keys", "{key}", MetricKind.Gauge, "kv_keys")]
    [InlineData("kv.calls", "{call}", MetricKind.Counter, "kv_calls_total")]
    [InlineData("kv.x_total", null, MetricKind.Counter, "kv_x_total")]
    [InlineData("kv.load", "1", MetricKind.Gauge, "kv_load_ratio")]
    [InlineData("kv.load", "1", MetricKind.Counter, "kv_load_total")]
    [InlineData("kv.speed", "By/s", MetricKind.Gauge, "kv_speed_bytes_per_second")]
    [InlineData("kv.rate", "{call}/s", MetricKind.Gauge, "kv_rate")]
    [InlineData("orleans-catalog-activations", null, MetricKind.Gauge, "orleans_catalog_activations")]
    [InlineData("9.lives..left", null, MetricKind.Gauge, "_9_lives_left")]
    public void Names_AreOpenTelemetrysForPrometheus(string name, string? unit, MetricKind kind, string expected)
    {
        switch (kind)
        {
            case MetricKind.Counter: _meter.CreateCounter<int>(name, unit).Add(1); break;
            case MetricKind.Gauge: _meter.CreateGauge<int>(name, unit).Record(1); break;
            default: _meter.CreateHistogram<double>(name, unit).Record(1); break;
        }

        Assert.Equal(expected, Assert.Single(Page().Types).Key);
    }

    [Fact]
    public void Labels_AreEscaped_AndCultureChangesNothing()
    {
        var culture = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        other.NumberFormat.NumberDecimalSeparator = ",";
        PrometheusPage page;
        try
        {
            CultureInfo.CurrentCulture = other;
            _meter.CreateCounter<double>("kv.x", null, "a \\ b\nc").Add(1.5, Tag("a.b", "q\"\\\nz"), Tag("n", 2.5), Tag("flag", true), Tag("none", null));
            page = Page();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.Equal(1.5, page["kv_x_total", """a_b="q\"\\\nz" """.TrimEnd(), "n=\"2.5\"", "flag=\"true\"", "none=\"\""]);
    }

    [Fact]
    public void TheFrameworksOwnMeters_MakeAPageThatPrometheusReads()
    {
        using var collector = new MetricsCollector(MeterNames.IsShown);
        using var process = new ProcessMetrics("orleans-kv-test", "one \"quoted\"", TimeProvider.System);
        GC.Collect();

        var page = PrometheusPage.Parse(Write(collector.Collect(out var fault)));
        Assert.Null(fault);
        Assert.Contains("dotnet_gc_collections_total", page.Types.Keys);
        Assert.True(page["process_uptime_seconds"] >= 0);
        Assert.Equal(1, page.Sum("target_info"));
    }

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private static string Write(IReadOnlyList<MetricFamily> families)
    {
        var output = new ArrayBufferWriter<byte>();
        PrometheusText.Write(output, families);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private IReadOnlyList<MetricFamily> Collect()
    {
        var families = _collector.Collect(out var fault);
        Assert.Null(fault);
        return families;
    }

    private PrometheusPage Page() => PrometheusPage.Parse(Write(Collect()));
}
