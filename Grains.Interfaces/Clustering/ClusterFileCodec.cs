using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// The bytes of a cluster file: <c>{"format":1,"checksum":"…","content":{…}}</c>. The checksum covers the content's exact bytes,
/// so that a file that was cut short or had a bit flipped is reported and never acted on.
/// </summary>
internal static class ClusterFileCodec
{
    /// <summary>Raised when an older build could misread what a newer one writes.</summary>
    public const int Format = 1;

    /// <summary>Thousands of members fit; anything larger is not a cluster file, and is not read into memory.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    public static byte[] Encode(ClusterFileContent content)
    {
        var inner = JsonSerializer.SerializeToUtf8Bytes(content, ClusterFileJson.Default.ClusterFileContent);
        var buffer = new ArrayBufferWriter<byte>(inner.Length + 64);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("format", Format);
            writer.WriteString("checksum", Checksum(inner));
            writer.WritePropertyName("content");
            writer.WriteRawValue(inner, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="ClusterFileException">The bytes are not a whole cluster file of a known format.</exception>
    public static ClusterFileContent Decode(string path, byte[] bytes)
    {
        if (bytes.Length == 0)
            throw new ClusterFileException($"The cluster file '{path}' is empty; delete it while no silo runs and start again.");
        try
        {
            var envelope = JsonSerializer.Deserialize(bytes, ClusterFileJson.Default.ClusterFileEnvelope)
                ?? throw new ClusterFileException($"The cluster file '{path}' holds null at byte 0 instead of an object.");
            if (envelope.Format != Format)
                throw new ClusterFileException($"The cluster file '{path}' has format {envelope.Format}; this build reads format {Format}.");
            var checksum = Checksum(JsonMarshal.GetRawUtf8Value(envelope.Content));
            if (checksum != envelope.Checksum)
            {
                throw new ClusterFileException(
                    $"The cluster file '{path}' is damaged: its checksum says {envelope.Checksum}, its content has {checksum}.");
            }

            return envelope.Content.Deserialize(ClusterFileJson.Default.ClusterFileContent)
                ?? throw new ClusterFileException($"The cluster file '{path}' has no content.");
        }
        catch (JsonException exception)
        {
            throw new ClusterFileException(
                $"The cluster file '{path}' is not readable: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine} "
                + $"({exception.Path ?? "$"}): {exception.Message}",
                exception);
        }
        catch (InvalidOperationException exception)
        {
            // Text that is not UTF-8 is found when a string is taken out, without a position.
            throw new ClusterFileException($"The cluster file '{path}' is damaged: {exception.Message}", exception);
        }
    }

    // The first half of a SHA-256: against accidents, not against people.
    private static string Checksum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16));
}
