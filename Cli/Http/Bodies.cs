using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Http;

/// <summary>The bodies of requests, and what <c>--json</c> prints where no API host's answer is. A value that is JSON goes as it stands, any other text as a JSON string.</summary>
internal static class Bodies
{
    // What is printed is read by people too; nothing of it goes into a web page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An id by which the store recognises the request if it has to be sent again.</summary>
    private static string NewRequestId => Guid.NewGuid().ToString("N");

    public static ReadOnlyMemory<byte> Fetch(string key, string? consistency) => Write(writer =>
    {
        writer.WriteString("key", key);
        if (consistency is not null) writer.WriteString("consistency", consistency);
    });

    public static ReadOnlyMemory<byte> Store(string key, string value, double? ttlSeconds, long? ifVersion, bool ifAbsent, string? requestId = null) => Write(writer =>
    {
        writer.WriteString("key", key);
        Value(writer, "value", value);
        if (ttlSeconds is { } seconds) writer.WriteNumber("ttlSeconds", seconds);
        if (ifVersion is { } version) writer.WriteNumber("ifVersion", version);
        if (ifAbsent) writer.WriteBoolean("ifAbsent", true);
        writer.WriteString("requestId", requestId ?? NewRequestId);
    });

    public static ReadOnlyMemory<byte> TestSet(string key, string expect, string value) => Write(writer =>
    {
        writer.WriteString("key", key);
        Value(writer, "expect", expect);
        Value(writer, "value", value);
        writer.WriteString("requestId", NewRequestId);
    });

    public static ReadOnlyMemory<byte> Delete(string key, long? ifVersion) => Write(writer =>
    {
        writer.WriteString("key", key);
        if (ifVersion is { } version) writer.WriteNumber("ifVersion", version);
        writer.WriteString("requestId", NewRequestId);
    });

    public static ReadOnlyMemory<byte> Touch(string key, double? ttlSeconds) => Write(writer =>
    {
        writer.WriteString("key", key);
        if (ttlSeconds is { } seconds) writer.WriteNumber("ttlSeconds", seconds);
        else writer.WriteNull("ttlSeconds");
        writer.WriteString("requestId", NewRequestId);
    });

    public static ReadOnlyMemory<byte> List(string prefix, string? after, int limit) => Write(writer =>
    {
        writer.WriteString("prefix", prefix);
        if (after is not null) writer.WriteString("after", after);
        writer.WriteNumber("limit", limit);
    });

    public static ReadOnlyMemory<byte> Mode(string mode) => Write(writer => writer.WriteString("mode", mode));

    public static ReadOnlyMemory<byte> Node(string name) => Write(writer => writer.WriteString("node", name));

    public static ReadOnlyMemory<byte> Apply(bool apply) => Write(writer => writer.WriteBoolean("apply", apply));

    public static ReadOnlyMemory<byte> Problem(KvException problem) => Write(writer =>
    {
        if (problem.Status is { } status) writer.WriteNumber("status", (int)status);
        writer.WriteString("code", problem.Code);
        writer.WriteString("detail", problem.Detail);
    });

    /// <summary>One JSON object, on one line.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Value(Utf8JsonWriter writer, string name, string text)
    {
        writer.WritePropertyName(name);
        if (IsJson(text)) writer.WriteRawValue(text, skipInputValidation: true);
        else writer.WriteStringValue(text);
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
