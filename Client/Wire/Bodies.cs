using System.Buffers;
using System.Text.Json;

namespace Orleans.Kv.Client.Wire;

/// <summary>The bodies of requests, which are the operations of a batch as well.</summary>
internal static class Bodies
{
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> writeMembers)
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

    public static void Fetch(Utf8JsonWriter writer, string key, KvConsistency consistency)
    {
        writer.WriteString("key", key);
        if (consistency != KvConsistency.Default) writer.WriteString("consistency", consistency == KvConsistency.Strong ? "strong" : "eventual");
    }

    public static void Write(Utf8JsonWriter writer, string key, KvValue? value, KvWriteOptions? options, string? requestId)
    {
        writer.WriteString("key", key);
        if (value is not null) Value(writer, "value", value);
        if (options?.TimeToLive is { } life) TimeToLive(writer, life);
        if (options?.IfVersion is { } version) writer.WriteNumber("ifVersion", version);
        if (options?.IfAbsent == true) writer.WriteBoolean("ifAbsent", true);
        RequestId(writer, requestId);
    }

    public static void TestAndSet(Utf8JsonWriter writer, string key, KvValue? expect, KvValue value, TimeSpan? timeToLive, string? requestId)
    {
        writer.WriteString("key", key);
        if (expect is null) writer.WriteNull("expect");
        else JsonOnly(writer, "expect", expect);
        JsonOnly(writer, "value", value);
        if (timeToLive is { } life) TimeToLive(writer, life);
        RequestId(writer, requestId);
    }

    public static void Touch(Utf8JsonWriter writer, string key, TimeSpan? timeToLive, string? requestId)
    {
        writer.WriteString("key", key);
        // Null is "for ever", in words.
        if (timeToLive is { } life) TimeToLive(writer, life);
        else writer.WriteNull("ttlSeconds");
        RequestId(writer, requestId);
    }

    private static void Value(Utf8JsonWriter writer, string name, KvValue value)
    {
        if (!value.IsJson)
        {
            writer.WriteBase64String(name, value.Bytes.Span);
            writer.WriteString("encoding", Answer.Base64);
            writer.WriteString("contentType", value.ContentType);
            return;
        }

        writer.WritePropertyName(name);
        writer.WriteRawValue(value.Bytes.Span, skipInputValidation: true);
        if (value.ContentType != KvValue.Json) writer.WriteString("contentType", value.ContentType);
    }

    private static void JsonOnly(Utf8JsonWriter writer, string name, KvValue value)
    {
        if (!value.IsJson) throw new ArgumentException($"a test-and-set compares JSON; {name} is {value.ContentType}");
        writer.WritePropertyName(name);
        writer.WriteRawValue(value.Bytes.Span, skipInputValidation: true);
    }

    private static void TimeToLive(Utf8JsonWriter writer, TimeSpan life)
    {
        if (life <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(life), life, "a value lives for more than no time, or for ever (null)");
        writer.WriteNumber("ttlSeconds", life.TotalSeconds);
    }

    private static void RequestId(Utf8JsonWriter writer, string? requestId)
    {
        if (requestId is not null) writer.WriteString("requestId", requestId);
    }
}
