using System.Text.Json;

namespace Orleans.Kv.Api.Files;

/// <summary>
/// What somebody is doing to the chunks of one upload, under <c>uploads/{upload}</c> for as long as it takes. It is a lock, and after a crash the note from which a sweep finishes or undoes it.
/// </summary>
/// <param name="Kind">One of the names below.</param>
/// <param name="Owner">Who does it: another id for each time, so that no two notes are equal.</param>
/// <param name="Path">The file that it is about.</param>
/// <param name="Since">By its owner's clock, renewed while it lasts. Decides only when others may step in.</param>
internal sealed record Intent(string Kind, string Owner, string Path, DateTimeOffset Since)
{
    /// <summary>Chunks are being stored; the manifest at <see cref="Path"/> will follow.</summary>
    public const string Uploading = "uploading";

    /// <summary>The upload was given up by others than its owner: nothing may refer to its chunks any more.</summary>
    public const string Dead = "dead";

    /// <summary>The manifest at <see cref="Path"/> is being deleted or replaced; the chunks follow once it is.</summary>
    public const string Removing = "removing";

    /// <summary>The manifest at <see cref="Path"/> is being moved to <see cref="To"/>.</summary>
    public const string Moving = "moving";

    public const string KeyPrefix = "uploads/";

    public string? To { get; init; }

    public static string Key(string upload) => KeyPrefix + upload;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, FileJson.Default.Intent);

    public static Intent? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, FileJson.Default.Intent);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
