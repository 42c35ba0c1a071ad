using System.Text.Json;
using Orleans.Kv.Api.Cluster;
using Orleans.Kv.Consensus;
using Orleans.Kv.Interfaces.Availability;

namespace Orleans.Kv.Api.Conflicts;

/// <summary>Conflicts as JSON. A value goes out as the bytes that were stored.</summary>
internal static class ConflictWriter
{
    public static void Write(Utf8JsonWriter writer, ConflictPage page)
    {
        writer.WriteStartArray("conflicts");
        foreach (var conflict in page.Entries)
        {
            writer.WriteStartObject();
            writer.WriteString("id", conflict.Id);
            writer.WriteString("key", conflict.Key);
            Write(writer, "kept", conflict.Kept);
            Write(writer, "lost", conflict.Lost);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("next", page.Next);
        writer.WriteStrings("unheard", page.Unheard);
    }

    private static void Write(Utf8JsonWriter writer, string name, ConflictSide side)
    {
        writer.WriteStartObject(name);
        writer.WriteBoolean("deleted", side.Value is null);
        if (side.Value is { } value) WriteValue(writer, value, side.ContentType);
        var clock = new HybridTimestamp(side.Clock);
        // In two parts: as one number it would be above 2^53, which many readers of JSON round.
        writer.WriteStartObject("clock");
        writer.WriteString("time", Timestamp.Of(clock.UnixMilliseconds));
        writer.WriteNumber("counter", clock.Counter);
        writer.WriteEndObject();
        if (side.Silo.Length > 0) writer.WriteString("silo", side.Silo);
        else writer.WriteNull("silo");
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, byte[] value, string? contentType)
    {
        if (contentType is null || ContentTypes.IsJson(contentType))
        {
            writer.WritePropertyName("value");
            // It was JSON when it was stored.
            writer.WriteRawValue(value, skipInputValidation: true);
            return;
        }

        writer.WriteBase64String("value", value);
        writer.WriteString("contentType", contentType);
    }
}
