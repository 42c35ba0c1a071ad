using System.Text.Json;
using Orleans.Kv.Cli.Http;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Transfer;

/// <summary>
/// One line of an export: <c>{"key", "value", "contentType"?, "encoding"?, "ttlSeconds"?}</c>. Values that are not JSON are base64, and say so in <c>encoding</c>. <c>ttlSeconds</c> is what a value had left when it was written
/// down.
/// </summary>
internal sealed record Record(string Key, KvValue Value, TimeSpan? TimeToLive)
{
    /// <summary>The API host's bound on a value, as base64, with a key and the rest around it.</summary>
    public const int MaxLineBytes = 12 * 1024 * 1024;

    /// <exception cref="FormatException">The line is no record; the message says why.</exception>
    public static Record Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            return ReadMembers(line);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"not a JSON object: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    public ReadOnlyMemory<byte> Write() => Bodies.Write(writer =>
    {
        writer.WriteString("key", Key);
        Values.Write(writer, Value);
        if (TimeToLive is { } life) writer.WriteNumber("ttlSeconds", Math.Round(life.TotalSeconds, 3));
    });

    private static Record ReadMembers(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new FormatException("not a JSON object");
        string? key = null, contentType = null, encoding = null;
        ReadOnlyMemory<byte>? value = null;
        double? seconds = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "key": key = reader.GetString(); break;
                case "contentType": contentType = reader.GetString(); break;
                case "encoding": encoding = reader.GetString(); break;
                case "ttlSeconds": seconds = reader.GetDouble(); break;
                case "value":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    value = line[start..(int)reader.BytesConsumed];
                    break;
                // What is misspelt must not be passed over: a value that should expire would live for ever.
                default: throw new FormatException($"a record has no member \"{name}\"");
            }
        }

        if (reader.Read()) throw new FormatException("something follows the record");
        if (string.IsNullOrEmpty(key)) throw new FormatException("a record needs a key");
        if (value is not { } json) throw new FormatException("a record needs a value");
        if (seconds is <= 0 or double.NaN) throw new FormatException("ttlSeconds must be above 0");
        if (encoding is not (null or "base64")) throw new FormatException($"the encoding \"{encoding}\" is not known; there is base64");
        return new Record(key, encoding is null ? Json(json, contentType) : KvValue.FromBytes(Octets(json), contentType ?? KvValue.Octets), seconds is { } left ? TimeSpan.FromSeconds(left) : null);
    }

    private static KvValue Json(ReadOnlyMemory<byte> json, string? contentType)
    {
        var value = KvValue.FromBytes(json, contentType ?? KvValue.Json);
        return value.IsJson ? value : throw new FormatException($"a value of {contentType} needs \"encoding\": \"base64\"");
    }

    private static byte[] Octets(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        return reader.GetBytesFromBase64();
    }
}
