using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Orleans.Kv.Telemetry.Metrics;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Observing;

/// <summary>What the dashboard, the alerts and the documentation say about metrics, against the instruments that there are.</summary>
[Collection(ApiCollection.Name)]
public sealed partial class ObservedFilesTests
{
    // The scraper's own.
    private static readonly string[] Scrapers = ["up"];

    private readonly Dictionary<string, (string Name, MetricKind Kind)> _there = [];

    // The API host and the silos of the collection are in this process: so are their instruments.
    public ObservedFilesTests(ApiFixture api)
    {
        _ = api.Address;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (MeterNames.IsShown(instrument.Meter) && MetricKinds.Of(instrument) is { } kind) _there[PrometheusName.Of(instrument, kind)] = (instrument.Name, kind);
        };
        listener.Start();
    }

    [Theory]
    [InlineData("docker/grafana/orleans-kv.json")]
    [InlineData("docker/grafana/alerts.yml")]
    public void EveryMetricThatIsAskedFor_Exists(string file)
    {
        var text = File.ReadAllText(Path.Combine(Repository(), file));
        var asked = Expressions().Matches(text)
            .SelectMany(expression => Names().Matches(Regex.Replace(expression.Groups[1].Value, """\\?"[^"]*"|(by|on|without) \([^)]*\)|\b\w+(?==|!)""", "")))
            .Select(name => name.Value)
            .Distinct(StringComparer.Ordinal)
            .ToList();

        Assert.True(asked.Count >= 10, $"expected at least ten metrics in {file}, found {string.Join(' ', asked)}");
        Assert.DoesNotContain(asked, name => !Exists(name));
    }

    [Fact]
    public void EveryMetricOfTheStore_IsDocumented_AndNothingElse()
    {
        var page = File.ReadAllText(Path.Combine(Repository(), "docs/operations.md"));
        var documented = Documented().Matches(page).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var own = _there.Values.Select(metric => metric.Name).Where(name => name.StartsWith("kv.", StringComparison.Ordinal));
        Assert.Equal(own.Distinct().Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private bool Exists(string name)
    {
        if (Scrapers.Contains(name) || (_there.TryGetValue(name, out var metric) && metric.Kind != MetricKind.Histogram)) return true;
        var family = Regex.Replace(name, "_(bucket|sum|count)$", "");
        return family != name && _there.TryGetValue(family, out var histogram) && histogram.Kind == MetricKind.Histogram;
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.Kv.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("""(?:"expr": "|expr: )((?:\\"|[^"\n]|(?<=expr: [^\n]*)")*)""")]
    private static partial Regex Expressions();

    // With an underscore: functions of the query language that have one are taken out below.
    [GeneratedRegex(@"\b(?!histogram_quantile\b)(?:[a-z]+(?:_[a-z0-9]+)+|up)\b")]
    private static partial Regex Names();

    [GeneratedRegex(@"^\| `(kv\.[a-z_.]+)`", RegexOptions.Multiline)]
    private static partial Regex Documented();
}
