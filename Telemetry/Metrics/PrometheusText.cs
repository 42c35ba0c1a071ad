using System.Buffers;
using System.Globalization;
using System.Text;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4, which every scraper reads.</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<MetricFamily> families)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in families)
        {
            if (family.Help.Length > 0) text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escape(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
            foreach (var sample in family.Samples)
            {
                if (family.Kind == MetricKind.Histogram) WriteHistogram(text, family.Name, sample);
                else WriteLine(text, family.Name, "", sample.Labels, null, sample.Value);
            }
        }

        foreach (var chunk in text.GetChunks()) Encoding.UTF8.GetBytes(chunk.Span, output);
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricSample sample)
    {
        // The count is that of the buckets, so that the last of them and it agree whatever was measured meanwhile.
        var count = 0L;
        for (var i = 0; i < sample.Buckets.Count; i++)
        {
            count += sample.Buckets[i];
            WriteLine(text, name, "_bucket", sample.Labels, i < sample.Bounds.Count ? Number(sample.Bounds[i]) : "+Inf", count);
        }

        WriteLine(text, name, "_sum", sample.Labels, null, sample.Value);
        WriteLine(text, name, "_count", sample.Labels, null, count);
    }

    private static void WriteLine(StringBuilder text, string name, string suffix, string labels, string? bound, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || bound is not null)
        {
            text.Append('{').Append(labels);
            if (bound is not null) text.Append(labels.Length > 0 ? "," : "").Append("le=\"").Append(bound).Append('"');
            text.Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string Escape(string help) => help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
}
