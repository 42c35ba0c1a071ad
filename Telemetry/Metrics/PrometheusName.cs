using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>
/// How OpenTelemetry's names are written for Prometheus (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"): dots become underscores, the unit is part of the name, and
/// counters end in <c>_total</c>. <c>kv.operation.duration</c> in <c>s</c> is <c>kv_operation_duration_seconds</c>.
/// </summary>
internal static class PrometheusName
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["min"] = "minutes",
        ["h"] = "hours",
        ["d"] = "days",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["%"] = "percent",
        ["Cel"] = "celsius",
        ["Hz"] = "hertz",
    };

    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = Clean(instrument.Name, allowColon: true);
        var unit = UnitOf(instrument.Unit, kind);
        if (unit.Length > 0 && !name.EndsWith("_" + unit, StringComparison.Ordinal)) name = $"{name}_{unit}";
        return kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>The tags as labels, sorted, without the braces. Of two with the same name the last one counts.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in tags) sorted[Clean(name, allowColon: false)] = Text(value);
        var text = new StringBuilder();
        foreach (var (name, value) in sorted)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(name).Append("=\"");
            Escape(text, value);
            text.Append('"');
        }

        return text.ToString();
    }

    private static void Escape(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(c),
            };
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string UnitOf(string? unit, MetricKind kind)
    {
        if (string.IsNullOrEmpty(unit) || unit[0] == '{') return "";
        if (unit == "1") return kind == MetricKind.Gauge ? "ratio" : "";
        if (Units.TryGetValue(unit, out var known)) return known;
        return unit.Split('/', 2) is [var counted, var per] && per.Length > 0 && per[0] != '{'
            ? $"{(counted.Length > 0 && counted[0] != '{' ? UnitOf(counted, kind) + "_" : "")}per_{Singular(UnitOf(per, kind))}"
            : Clean(unit, allowColon: false);
    }

    private static string Singular(string unit) => unit.EndsWith('s') ? unit[..^1] : unit;

    private static string Clean(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) text.Append('_');
        foreach (var c in name)
        {
            var isLegal = char.IsAsciiLetterOrDigit(c) || c == '_' || (c == ':' && allowColon);
            if (isLegal && c != '_') text.Append(c);
            else if (text.Length == 0 || text[^1] != '_') text.Append('_');
        }

        return text.ToString();
    }
}
