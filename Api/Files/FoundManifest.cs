namespace Orleans.Kv.Api.Files;

/// <summary>A manifest with the bytes and the version that the next change of its key expects.</summary>
internal sealed record FoundManifest(FileManifest Manifest, byte[] Bytes, long Version);
