using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Kv.Api.Cluster;

namespace Orleans.Kv.Api.Watching;

/// <summary>
/// One thing a watcher is told. Every watcher of a key is given the same object, so that its JSON is made once, by whoever sends it first, however many watch.
/// </summary>
internal sealed record WatchEvent(WatchEventKind Kind, string Key, long Version)
{
    // What one event costs beside its text and value: this object, the sequence's and the queues' entries.
    private const int Overhead = 256;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private byte[]? _json;

    public static WatchEvent Ready { get; } = new(WatchEventKind.Ready, "", 0);

    public byte[]? Value { get; init; }

    /// <summary>The value's media type; null means JSON.</summary>
    public string? ContentType { get; init; }

    public long ModifiedUnixMilliseconds { get; init; }

    /// <summary>Zero where it never expires.</summary>
    public long ExpiresUnixMilliseconds { get; init; }

    /// <summary>The version that it replaced; 0 where the key had none, -1 where that is not known.</summary>
    public long Previous { get; init; } = -1;

    /// <summary>How many versions lie between this one and the one told before, as far as their numbers tell.</summary>
    public long Skipped { get; init; }

    /// <summary>What it takes while it waits in a queue, in bytes.</summary>
    public int Size => Overhead + Key.Length + (Value?.Length ?? 0);

    /// <summary>The event as one JSON object.</summary>
    public ReadOnlyMemory<byte> Json => _json ??= Encode();

    /// <summary>The same event for a watcher who was told another version before it.</summary>
    public WatchEvent After(long skipped, WatchEventKind? kind = null) =>
        skipped == Skipped && (kind ?? Kind) == Kind ? this : this with { Skipped = skipped, Kind = kind ?? Kind, _json = null };

    private byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>(Overhead + (Value?.Length ?? 0));
        using (var writer = new Utf8JsonWriter(buffer, Options)) Write(writer);
        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", Name(Kind));
        if (Kind != WatchEventKind.Ready) writer.WriteString("key", Key);
        if (Kind is WatchEventKind.Current or WatchEventKind.Stored) WriteValue(writer);
        // Zero is "none is known": nothing was ever there, or it was forgotten for good.
        if (Version > 0) writer.WriteNumber("version", Version);
        if (ModifiedUnixMilliseconds > 0) writer.WriteString("modified", Timestamp.Of(ModifiedUnixMilliseconds));
        if (ExpiresUnixMilliseconds > 0) writer.WriteString("expires", Timestamp.Of(ExpiresUnixMilliseconds));
        if (Skipped > 0) writer.WriteNumber("skipped", Skipped);
        writer.WriteEndObject();
    }

    private void WriteValue(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("value");
        if (ContentType is null || Consensus.ContentTypes.IsJson(ContentType))
        {
            // It was checked when it was stored, and is passed on as it is.
            writer.WriteRawValue(Value ?? "null"u8.ToArray(), skipInputValidation: true);
            return;
        }

        writer.WriteBase64StringValue(Value ?? []);
        writer.WriteString("contentType", ContentType);
        writer.WriteString("encoding", "base64");
    }

    private static string Name(WatchEventKind kind) => kind switch
    {
        WatchEventKind.Current => "current",
        WatchEventKind.Absent => "absent",
        WatchEventKind.Stored => "stored",
        WatchEventKind.Deleted => "deleted",
        WatchEventKind.Expired => "expired",
        WatchEventKind.Ready => "ready",
        _ => throw new InvalidOperationException($"no name for {kind}"),
    };
}
