using System.Text.Json;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Interfaces.Monitoring;
using Orleans.Kv.Interfaces.Replicas;

namespace Orleans.Kv.Api.Statistics;

/// <summary>Writes the measurements as JSON: durations in milliseconds, memory in bytes, rates per second.</summary>
internal static class StatisticsWriter
{
    public static void Write(Utf8JsonWriter writer, StatisticsView view, DateTimeOffset now)
    {
        writer.WriteString("time", Timestamp.Of(now));
        writer.WriteNumber("periodSeconds", StatisticsSampler.Period.TotalSeconds);
        writer.WriteStartArray("silos");
        foreach (var silo in view.Report.Silos.OrderBy(static silo => silo.Name, StringComparer.Ordinal)) WriteSilo(writer, view, silo, now);
        writer.WriteEndArray();
        writer.WriteStrings("unasked", view.Report.Unasked.Order(StringComparer.Ordinal));
        writer.WriteStartArray("times");
        foreach (var point in view.Points) writer.WriteStringValue(Timestamp.Of(point.At));
        writer.WriteEndArray();
        WriteOperations(writer, view);
        WriteGrains(writer, view);
    }

    private static void WriteSilo(Utf8JsonWriter writer, StatisticsView view, SiloReport silo, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("name", silo.Name);
        writer.WriteString("address", silo.Address);
        writer.WriteString("version", silo.Version);
        writer.WriteNumber("uptimeSeconds", silo.Uptime / 1000);
        writer.WriteNumber("epoch", silo.Replica.Epoch);
        writer.WriteNumber("keys", silo.Replica.Keys);
        writer.WriteNumber("bytes", silo.Replica.Bytes);
        writer.WriteNumber("tombstones", silo.Replica.Tombstones);
        writer.WriteNumber("pendingWrites", silo.Replica.PendingWrites);
        writer.WriteBoolean("inSync", silo.Replica.InSync);
        writer.WriteNumber("workingSet", silo.WorkingSet);
        writer.WriteNumber("heap", silo.Heap);
        writer.WriteNumber("collectorPauseMilliseconds", silo.CollectorPause / 1000);
        WriteRounded(writer, "processors", view.ProcessorsOf(silo));
        WriteRounded(writer, "operationsPerSecond", view.OperationsOf(silo));
        writer.WriteStartArray("owes");
        foreach (var owed in silo.Owes) WriteOwed(writer, owed, now);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteOwed(Utf8JsonWriter writer, NodePending owed, DateTimeOffset now)
    {
        writer.WriteStartObject();
        writer.WriteString("name", owed.Name);
        writer.WriteNumber("keys", owed.Keys);
        writer.WriteNumber("slots", owed.Slots);
        writer.WriteNumber("bytes", owed.Bytes);
        if (owed.OldestAge is { } oldest) writer.WriteString("oldest", Timestamp.Of(now.AddMilliseconds(-oldest)));
        else writer.WriteNull("oldest");
        if (owed.LastSuccessAge is { } success) writer.WriteString("lastSuccess", Timestamp.Of(now.AddMilliseconds(-success)));
        else writer.WriteNull("lastSuccess");
        writer.WriteNumber("replayed", owed.Replayed);
        writer.WriteBoolean("replaying", owed.Replaying);
        writer.WriteEndObject();
    }

    private static void WriteOperations(Utf8JsonWriter writer, StatisticsView view)
    {
        writer.WriteStartArray("operations");
        foreach (var kind in view.Report.Silos.SelectMany(static silo => silo.Operations).GroupBy(static counts => counts.Name).OrderBy(static kind => kind.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind.Key);
            writer.WriteNumber("total", kind.Sum(static counts => counts.Calls));
            writer.WriteNumber("failed", kind.Sum(static counts => counts.Failed));
            WriteCurve(writer, "perSecond", view, kind.Key, static interval => interval?.PerSecond ?? 0);
            WriteCurve(writer, "failedPerSecond", view, kind.Key, static interval => interval?.FailedPerSecond ?? 0);
            WriteCurve(writer, "p50", view, kind.Key, static interval => interval?.P50 / 1000.0);
            WriteCurve(writer, "p99", view, kind.Key, static interval => interval?.P99 / 1000.0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteCurve(Utf8JsonWriter writer, string name, StatisticsView view, string kind, Func<CallInterval?, double?> valueOf)
    {
        writer.WriteStartArray(name);
        foreach (var point in view.Points)
        {
            if (point.Operations is { } operations && valueOf(operations.GetValueOrDefault(kind)) is { } value) writer.WriteNumberValue(Math.Round(value, 3));
            else writer.WriteNullValue();
        }

        writer.WriteEndArray();
    }

    private static void WriteGrains(Utf8JsonWriter writer, StatisticsView view)
    {
        writer.WriteStartArray("grains");
        foreach (var type in view.Report.Silos.SelectMany(static silo => silo.Grains).GroupBy(static counts => counts.Name).OrderBy(static type => type.Key, StringComparer.Ordinal))
        {
            var recent = view.Grains.GetValueOrDefault(type.Key);
            writer.WriteStartObject();
            writer.WriteString("type", type.Key);
            writer.WriteNumber("activations", type.Sum(static counts => counts.Activations));
            writer.WriteNumber("calls", type.Sum(static counts => counts.Calls));
            writer.WriteNumber("errors", type.Sum(static counts => counts.Failed));
            writer.WriteNumber("callsPerSecond", Math.Round(recent?.PerSecond ?? 0, 3));
            WriteRounded(writer, "mean", recent?.Mean / 1000.0);
            WriteRounded(writer, "p50", recent?.P50 / 1000.0);
            WriteRounded(writer, "p99", recent?.P99 / 1000.0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteRounded(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number) writer.WriteNumber(name, Math.Round(number, 3));
        else writer.WriteNull(name);
    }
}
