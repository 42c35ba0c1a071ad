using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Kv.Tests.Telemetry.Metrics;

/// <summary>
/// Reads a page in Prometheus' text format, version 0.0.4, and throws at whatever that format does not allow: written from its description, and knowing nothing of who writes the pages here.
/// </summary>
public sealed partial class PrometheusPage
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, string Labels), double> _samples = [];
    private readonly HashSet<string> _helped = new(StringComparer.Ordinal);

    private PrometheusPage()
    {
    }

    /// <summary>The families and their types, by name.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public IReadOnlyDictionary<(string Name, string Labels), double> Samples => _samples;

    public static PrometheusPage Parse(string text)
    {
        if (!text.EndsWith('\n')) throw new FormatException("the last line must end with a line feed");
        if (text.Contains('\r', StringComparison.Ordinal)) throw new FormatException("lines end with a line feed alone");
        var page = new PrometheusPage();
        string? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            family = line.StartsWith('#') ? page.TakeComment(line, family) : page.TakeSample(line, family);
        }

        page.CheckHistograms();
        return page;
    }

    /// <summary>The value of the one series of that name and those labels, in any order.</summary>
    public double this[string name, params string[] labels] =>
        _samples.TryGetValue((name, string.Join(',', labels.Order(StringComparer.Ordinal))), out var value)
            ? value
            : throw new KeyNotFoundException($"{name}{{{string.Join(',', labels)}}} is not there; of that name there are: {string.Join(' ', _samples.Keys.Where(key => key.Name == name).Select(key => $"{{{key.Labels}}}"))}");

    /// <summary>All series of the name added up.</summary>
    public double Sum(string name) => _samples.Where(sample => sample.Key.Name == name).Sum(sample => sample.Value);

    private string TakeComment(string line, string? family)
    {
        if (Help().Match(line) is { Success: true } help)
        {
            var name = help.Groups[1].Value;
            if (!_helped.Add(name)) throw new FormatException($"a second HELP of {name}");
            if (_types.ContainsKey(name)) throw new FormatException($"HELP of {name} after its TYPE");
            if (Escape().IsMatch(help.Groups[2].Value)) throw new FormatException($"an escape in HELP that is none: {line}");
            return name;
        }

        if (Type().Match(line) is not { Success: true } type) throw new FormatException($"neither HELP nor TYPE: {line}");
        var typed = type.Groups[1].Value;
        if (_helped.Contains(typed) && family != typed) throw new FormatException($"HELP and TYPE of {typed} do not stand together");
        if (!_types.TryAdd(typed, type.Groups[2].Value)) throw new FormatException($"a second TYPE of {typed}");
        return typed;
    }

    private string TakeSample(string line, string? family)
    {
        var match = Sample().Match(line);
        if (!match.Success) throw new FormatException($"no sample: {line}");
        var name = match.Groups["name"].Value;
        if (family is null || !_types.TryGetValue(family, out var type)) throw new FormatException($"a sample without a TYPE before it: {line}");
        var isOfFamily = type == "histogram" ? name == family + "_bucket" || name == family + "_sum" || name == family + "_count" : name == family;
        if (!isOfFamily) throw new FormatException($"{name} stands under {family}, a {type}");
        var labels = match.Groups["label"].Captures.Select(capture => capture.Value).ToList();
        var names = labels.Select(label => label[..label.IndexOf('=', StringComparison.Ordinal)]).ToList();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count) throw new FormatException($"a label twice: {line}");
        if (names.Any(label => label.StartsWith("__", StringComparison.Ordinal))) throw new FormatException($"a reserved label: {line}");
        if ((type == "histogram" && name == family + "_bucket") != names.Contains("le")) throw new FormatException($"le belongs to buckets, and to them alone: {line}");
        var value = Number(match.Groups["value"].Value);
        if (type == "counter" && value is not (>= 0 and < double.PositiveInfinity)) throw new FormatException($"a counter cannot be {value}: {line}");
        if (!_samples.TryAdd((name, string.Join(',', labels.Order(StringComparer.Ordinal))), value)) throw new FormatException($"the same series twice: {line}");
        return family;
    }

    private void CheckHistograms()
    {
        foreach (var (family, _) in _types.Where(type => type.Value == "histogram"))
        {
            var buckets = _samples.Where(sample => sample.Key.Name == family + "_bucket").GroupBy(sample => string.Join(',', sample.Key.Labels.Split(',').Where(label => !label.StartsWith("le=", StringComparison.Ordinal))));
            foreach (var series in buckets)
            {
                var ordered = series.Select(bucket => (Bound: Number(Bound().Match(bucket.Key.Labels).Groups[1].Value), bucket.Value)).OrderBy(bucket => bucket.Bound).ToList();
                if (!double.IsPositiveInfinity(ordered[^1].Bound)) throw new FormatException($"{family}{{{series.Key}}} has no bucket for all");
                for (var i = 1; i < ordered.Count; i++)
                {
                    if (ordered[i].Value < ordered[i - 1].Value) throw new FormatException($"the buckets of {family}{{{series.Key}}} do not add up");
                }

                if (this[family + "_count", Split(series.Key)] != ordered[^1].Value) throw new FormatException($"{family}{{{series.Key}}} has another count than its last bucket");
                _ = this[family + "_sum", Split(series.Key)];
            }
        }
    }

    private static string[] Split(string labels) => labels.Length == 0 ? [] : labels.Split(',');

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex Help();

    [GeneratedRegex(@"^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex Type();

    // A backslash that is followed by neither another one nor an n.
    [GeneratedRegex(@"(?<!\\)(?:\\\\)*\\(?![\\n])")]
    private static partial Regex Escape();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<label>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")(?:,(?<label>[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"))*\})? (?<value>[+-]?(?:Inf|NaN|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?))$""")]
    private static partial Regex Sample();

    [GeneratedRegex("le=\"([^\"]*)\"")]
    private static partial Regex Bound();
}
