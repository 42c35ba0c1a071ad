using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Http;

/// <summary>Values and keys as lines of text.</summary>
internal static class Values
{
    /// <summary>The members of a value in a JSON object, as the API host writes them: JSON as it stands, octets as base64.</summary>
    public static void Write(Utf8JsonWriter writer, KvValue value)
    {
        if (value.IsJson)
        {
            writer.WritePropertyName("value");
            WriteOnOneLine(writer, value);
            if (value.ContentType != KvValue.Json) writer.WriteString("contentType", value.ContentType);
            return;
        }

        writer.WriteBase64String("value", value.Bytes.Span);
        writer.WriteString("contentType", value.ContentType);
        writer.WriteString("encoding", "base64");
    }

    /// <summary>A key on one line: as it is, or as a JSON string where it would break the line or look like one.</summary>
    public static string Line(string key) => key.Length > 0 && key[0] != '"' && !key.Any(char.IsControl) ? key : Quoted(key);

    // Line ends in JSON are white space wherever they stand unescaped.
    private static void WriteOnOneLine(Utf8JsonWriter writer, KvValue value)
    {
        var bytes = value.Bytes.Span;
        if (bytes.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            writer.WriteRawValue(bytes, skipInputValidation: true);
            return;
        }

        var line = bytes.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        writer.WriteRawValue(line, skipInputValidation: true);
    }

    private static string Quoted(string key) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(key)}\"";
}
