using System.Diagnostics.Metrics;

namespace Orleans.Kv.Telemetry.Metrics;

/// <summary>All series under one name, with what several instruments of that name say added up.</summary>
/// <param name="Name">As Prometheus writes it, unit and suffix included.</param>
/// <param name="Kind">How to read it.</param>
/// <param name="Help">One line for people.</param>
/// <param name="Samples">By their labels, in order.</param>
public sealed record MetricFamily(string Name, MetricKind Kind, string Help, IReadOnlyList<MetricSample> Samples)
{
    internal static List<MetricFamily> Unite(IEnumerable<(Instrument Instrument, Measured Measured)> instruments)
    {
        var families = new List<MetricFamily>();
        foreach (var group in instruments.GroupBy(pair => PrometheusName.Of(pair.Instrument, pair.Measured.Kind), StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            // An instrument of the same name and another kind cannot stand under the same heading; the first to come has it.
            var kind = group.First().Measured.Kind;
            var same = group.Where(pair => pair.Measured.Kind == kind).ToList();
            var samples = same
                .SelectMany(pair => pair.Measured.Snapshot())
                .GroupBy(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal)
                .OrderBy(series => series.Key, StringComparer.Ordinal)
                .Select(series => MetricSample.Of(series.Key, [.. series]))
                .ToList();
            if (samples.Count > 0) families.Add(new MetricFamily(group.Key, kind, same.Select(pair => pair.Instrument.Description).FirstOrDefault(text => !string.IsNullOrEmpty(text)) ?? "", samples));
        }

        return families;
    }
}
