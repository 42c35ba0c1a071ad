using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Kv.Api.Files;

/// <summary>
/// What stands under a path's key: a directory, or a file and where its bytes are. Plain JSON, so that who watches <c>files/</c> sees what became of a file.
/// </summary>
/// <param name="Type"><see cref="File"/> or <see cref="Directory"/>.</param>
/// <param name="Modified">When the content was written, or what MFMT said.</param>
internal sealed record FileManifest(string Type, DateTimeOffset Modified)
{
    public const string File = "file";
    public const string Directory = "directory";

    /// <summary>The file's bytes.</summary>
    public long Size { get; init; }

    /// <summary>The bytes of each chunk but the last.</summary>
    public int ChunkBytes { get; init; }

    /// <summary>Whose chunks they are: no two uploads share an id.</summary>
    public string? Upload { get; init; }

    [JsonIgnore]
    public bool IsDirectory => Type == Directory;

    [JsonIgnore]
    public long Chunks => ChunkCount(Size, ChunkBytes);

    public static long ChunkCount(long size, int chunkBytes) => (size + chunkBytes - 1) / chunkBytes;

    public static string ChunkKey(string upload, long chunk) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ChunkPrefix(upload)}{chunk:D8}");

    public static string ChunkPrefix(string upload) => $"chunks/{upload}/";

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, FileJson.Default.FileManifest);

    /// <summary>The manifest, or null where the bytes are something else that somebody stored there.</summary>
    public static FileManifest? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(bytes, FileJson.Default.FileManifest);
            return manifest switch
            {
                { Type: Directory } => manifest,
                { Type: File, Size: >= 0, ChunkBytes: > 0, Upload.Length: > 0 } => manifest,
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
