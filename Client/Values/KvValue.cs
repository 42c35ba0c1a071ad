using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Kv.Client;

/// <summary>A value as it is stored: bytes and their media type. JSON is kept byte by byte as it was written, white space included.</summary>
public sealed class KvValue
{
    /// <summary>The media type of JSON, which is what a value has unless another one is said.</summary>
    public const string Json = "application/json";

    /// <summary>The media type of bytes of which nothing is known.</summary>
    public const string Octets = "application/octet-stream";

    private KvValue(ReadOnlyMemory<byte> bytes, string contentType) => (Bytes, ContentType) = (bytes, contentType);

    /// <summary>The stored bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Their media type.</summary>
    public string ContentType { get; }

    /// <summary>Whether it is JSON by its media type: <c>application/json</c>, or one that ends in <c>+json</c>.</summary>
    public bool IsJson => IsJsonType(ContentType);

    /// <summary>A value of any media type.</summary>
    /// <exception cref="JsonException">The media type is JSON's and the bytes are not.</exception>
    public static KvValue FromBytes(ReadOnlyMemory<byte> bytes, string contentType = Octets)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(contentType);
        if (IsJsonType(contentType)) CheckJson(bytes);
        return new KvValue(bytes, contentType);
    }

    /// <summary>A value that is JSON already, in UTF-8.</summary>
    /// <exception cref="JsonException">It is not one JSON value.</exception>
    public static KvValue FromJson(ReadOnlyMemory<byte> utf8)
    {
        CheckJson(utf8);
        return new KvValue(utf8, Json);
    }

    /// <inheritdoc cref="FromJson(ReadOnlyMemory{byte})"/>
    public static KvValue FromJson([StringSyntax(StringSyntaxAttribute.Json)] string json) => FromJson(Encoding.UTF8.GetBytes(json));

    /// <summary>A JSON string.</summary>
    public static KvValue FromText(string text) => Trusted(JsonSerializer.SerializeToUtf8Bytes(text, ValueJson.Default.String));

    /// <summary>A value of any type, as JSON.</summary>
    public static KvValue From<T>(T value, JsonTypeInfo<T> type) => Trusted(JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <inheritdoc cref="From{T}(T, JsonTypeInfo{T})"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public static KvValue From<T>(T value, JsonSerializerOptions? options = null) =>
        Trusted(JsonSerializer.SerializeToUtf8Bytes(value, options ?? JsonSerializerOptions.Web));

    /// <summary>The value as a <typeparamref name="T"/>.</summary>
    /// <exception cref="JsonException">It is no <typeparamref name="T"/>.</exception>
    /// <exception cref="KvException">It is not JSON (<see cref="KvErrorCode.NotJson"/>).</exception>
    public T? As<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(AsJson().Span, type);

    /// <inheritdoc cref="As{T}(JsonTypeInfo{T})"/>
    [RequiresUnreferencedCode(Reflection)]
    [RequiresDynamicCode(Reflection)]
    public T? As<T>(JsonSerializerOptions? options = null) => JsonSerializer.Deserialize<T>(AsJson().Span, options ?? JsonSerializerOptions.Web);

    /// <summary>JSON as it stands; of other values the media type and the length.</summary>
    public override string ToString() => IsJson ? Encoding.UTF8.GetString(Bytes.Span) : $"{ContentType}, {Bytes.Length} bytes";

    internal const string Reflection = "Finds the members of the type by reflection; use the overload with a JsonTypeInfo where the program is trimmed or compiled ahead of time.";

    /// <summary>JSON that needs no check: the serializer or the API host wrote it.</summary>
    internal static KvValue Trusted(ReadOnlyMemory<byte> utf8) => new(utf8, Json);

    internal static KvValue Raw(ReadOnlyMemory<byte> bytes, string contentType) => new(bytes, contentType);

    private static bool IsJsonType(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (end < 0 ? contentType : contentType.AsSpan(0, end)).Trim();
        return type.Equals(Json, StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static void CheckJson(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        reader.Read();
        reader.Skip();
        // Throws where something follows the value.
        reader.Read();
    }

    private ReadOnlyMemory<byte> AsJson() => IsJson ? Bytes : throw new KvException(KvErrorCode.NotJson, $"the value is {ContentType}, not JSON");
}
