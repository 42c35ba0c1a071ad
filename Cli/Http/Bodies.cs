using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Orleans.Kv.Cli.Http;

/// <summary>The bodies of requests. A value that is JSON goes as it stands, any other text as a JSON string.</summary>
internal static class Bodies
{
    public static ReadOnlyMemory<byte> Key(string key) => Write(key, []);

    public static ReadOnlyMemory<byte> Fetch(string key, string? consistency) => consistency is null
        ? Key(key)
        : Write(writer =>
        {
            writer.WriteString("key", key);
            writer.WriteString("consistency", consistency);
        });

    public static ReadOnlyMemory<byte> Mode(string mode) => Write(writer => writer.WriteString("mode", mode));

    public static ReadOnlyMemory<byte> Value(string key, string value) => Write(key, [("value", value)]);

    public static ReadOnlyMemory<byte> TestSet(string key, string expect, string value) => Write(key, [("expect", expect), ("value", value)]);

    public static ReadOnlyMemory<byte> Node(string name) => Write(writer => writer.WriteString("node", name));

    public static ReadOnlyMemory<byte> Apply(bool apply) => Write(writer => writer.WriteBoolean("apply", apply));

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Write(string key, ReadOnlySpan<(string Name, string Text)> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("key", key);
            foreach (var (name, text) in values)
            {
                writer.WritePropertyName(name);
                if (IsJson(text)) writer.WriteRawValue(text, skipInputValidation: true);
                else writer.WriteStringValue(text);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static bool IsJson(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
