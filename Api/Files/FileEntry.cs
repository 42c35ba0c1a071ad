namespace Orleans.Kv.Api.Files;

/// <summary>A file or a directory as a listing shows it. Its <c>Upload</c> changes with the content, and a directory has none.</summary>
internal sealed record FileEntry(string Name, bool IsDirectory, long Size, DateTimeOffset Modified, string? Upload);
