using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Orleans.Kv.Api.Operations;

/// <summary>Values and their place in JSON: what is JSON stands there as it is, all else as a base64 string beside its media type.</summary>
internal static class JsonBytes
{
    /// <summary>The length of the JSON string, quotes included, that holds as many bytes as a value may have.</summary>
    public const int MaxEncodedBytes = (((OperationLimits.MaxValueBytes + 2) / 3) * 4) + 2;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = OperationLimits.MaxDepth };

    /// <summary>
    /// The value as it stands after <c>"value":</c>, with the members that tell what it is where it is no plain JSON:
    /// <c>"AQI=","contentType":"image/png","encoding":"base64"</c>.
    /// </summary>
    public static ReadOnlySpan<byte> Show(byte[]? value, string? contentType)
    {
        if (value is null) return "null"u8;
        if (contentType is null || contentType == Consensus.ContentTypes.Json) return value;
        var type = JsonEncodedText.Encode(contentType, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        if (MediaType.IsJson(contentType)) return (byte[])[.. value, .. ",\"contentType\":\""u8, .. type, .. "\""u8];

        var before = "\""u8;
        var between = "\",\"contentType\":\""u8;
        var after = "\",\"encoding\":\"base64\""u8;
        var encoded = Base64.GetMaxEncodedToUtf8Length(value.Length);
        var shown = new byte[before.Length + encoded + between.Length + type.Length + after.Length];
        before.CopyTo(shown);
        Base64.EncodeToUtf8(value, shown.AsSpan(before.Length), out _, out _);
        var at = before.Length + encoded;
        between.CopyTo(shown.AsSpan(at));
        type.CopyTo(shown.AsSpan(at + between.Length));
        after.CopyTo(shown.AsSpan(at + between.Length + type.Length));
        return shown;
    }

    /// <summary>The bytes that a JSON string with base64 stands for; null where it is none.</summary>
    public static byte[]? Decode(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Strict);
        return reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes) ? bytes : null;
    }

    /// <summary>Null where the bytes are one JSON value in UTF-8 of the nesting that is allowed; else what is wrong with them.</summary>
    public static JsonException? FaultOf(ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes)) return new JsonException("the value is not UTF-8");
        var reader = new Utf8JsonReader(bytes, Strict);
        try
        {
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException exception)
        {
            return exception;
        }
    }
}
