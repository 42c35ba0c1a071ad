using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Orleans.Kv.Client.Wire;

/// <summary>
/// The members of one JSON object of an API host: an answer, one result of a batch, a watch's event or a problem document. Members that are not known are passed over, so that a newer API host may say more.
/// </summary>
internal sealed record Answer
{
    public int Status { get; private set; }

    public string? Key { get; private set; }

    public ReadOnlyMemory<byte>? Value { get; private set; }

    public string? ContentType { get; private set; }

    public string? Encoding { get; private set; }

    public string? Type { get; private set; }

    public string? Next { get; private set; }

    public string? Code { get; private set; }

    public string? Detail { get; private set; }

    public string? Field { get; private set; }

    public long? Version { get; private set; }

    public long? Skipped { get; private set; }

    public DateTimeOffset Modified { get; private set; }

    public DateTimeOffset? Expires { get; private set; }

    public bool Stale { get; private set; }

    public bool Created { get; private set; }

    public bool Swapped { get; private set; }

    /// <summary>Only ever said where it is not so.</summary>
    public bool Committed { get; private set; } = true;

    public Answer? Problem { get; private set; }

    public IReadOnlyList<string>? Keys { get; private set; }

    public IReadOnlyList<Answer>? Results { get; private set; }

    /// <exception cref="KvException">It is no JSON object.</exception>
    public static Answer Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("it is not a JSON object");
            return ReadObject(ref reader, body);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new KvException(KvErrorCode.BadAnswer, $"the answer is not from an API host of Orleans.Kv: {exception.Message}", exception);
        }
    }

    /// <summary>The value with its media type; null where the object has none, or null in the place of one.</summary>
    public KvValue? ToValue()
    {
        if (Value is not { } json) return null;
        // Octets stand in JSON as base64.
        if (Encoding is null) return json.Span.SequenceEqual("null"u8) && Version is null or 0 ? null : ContentType is null ? KvValue.Trusted(json) : KvValue.Raw(json, ContentType);
        if (Encoding != Base64) throw new KvException(KvErrorCode.BadAnswer, $"the value is in the encoding {Encoding}, which this client does not know");
        return KvValue.Raw(FromBase64(json.Span), ContentType ?? KvValue.Octets);
    }

    public KvEntry ToEntry() => new()
    {
        Key = Key ?? throw Incomplete("key"),
        Value = ToValue() ?? KvValue.Trusted("null"u8.ToArray()),
        Version = Version ?? throw Incomplete("version"),
        Modified = Modified,
        Expires = Expires,
        Stale = Stale,
    };

    public KvException ToException(HttpStatusCode status) =>
        new(Code ?? KvErrorCode.BadAnswer, Detail ?? string.Create(CultureInfo.InvariantCulture, $"the API host answered {(int)status}"))
        {
            Status = status,
            Field = Field,
            Version = Version,
            Stale = Stale,
        };

    public static KvException Incomplete(string member) => new(KvErrorCode.BadAnswer, $"the answer has no {member}");

    internal const string Base64 = "base64";

    private static Answer ReadObject(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var answer = new Answer();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null && name != "value") continue;
            answer.ReadMember(name, ref reader, body);
        }

        return answer;
    }

    private void ReadMember(string name, ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        switch (name)
        {
            case "value":
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                Value = body[start..(int)reader.BytesConsumed];
                break;
            case "status": Status = reader.GetInt32(); break;
            case "key": Key = reader.GetString(); break;
            case "contentType": ContentType = reader.GetString(); break;
            case "encoding": Encoding = reader.GetString(); break;
            case "type": Type = reader.GetString(); break;
            case "next": Next = reader.GetString(); break;
            case "code": Code = reader.GetString(); break;
            case "detail": Detail = reader.GetString(); break;
            case "field": Field = reader.GetString(); break;
            case "version": Version = reader.GetInt64(); break;
            case "skipped": Skipped = reader.GetInt64(); break;
            case "modified": Modified = reader.GetDateTimeOffset(); break;
            case "expires": Expires = reader.GetDateTimeOffset(); break;
            case "stale": Stale = reader.GetBoolean(); break;
            case "created": Created = reader.GetBoolean(); break;
            case "swapped": Swapped = reader.GetBoolean(); break;
            case "committed": Committed = reader.GetBoolean(); break;
            case "problem": Problem = ReadObject(ref reader, body); break;
            case "keys": Keys = ReadKeys(ref reader); break;
            case "results": Results = ReadResults(ref reader, body); break;
            default: reader.Skip(); break;
        }
    }

    private static List<string> ReadKeys(ref Utf8JsonReader reader)
    {
        var keys = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) keys.Add(reader.GetString() ?? throw new JsonException("a key is null"));
        return keys;
    }

    private static List<Answer> ReadResults(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var results = new List<Answer>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject) results.Add(ReadObject(ref reader, body));
        return results;
    }

    // The API host writes base64 without escapes; another one's escapes are undone by the slower way.
    private static byte[] FromBase64(ReadOnlySpan<byte> json)
    {
        var text = json.Length >= 2 ? json[1..^1] : default;
        var bytes = new byte[System.Buffers.Text.Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done) return bytes[..written];
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.GetBytesFromBase64();
    }
}
