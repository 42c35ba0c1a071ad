namespace Orleans.Kv.Api.Files;

/// <summary>
/// Files and directories in the key-value store. A file's bytes are chunks under <c>chunks/{upload}/{n}</c>, written once and never changed; what makes them a file is one manifest under
/// <c>files/{path}</c>, written last. So there is no half file: a path has its former content or its new one, and whoever reads goes on reading the chunks that it began with.
/// </summary>
/// <remarks>
/// <para>
/// Each key by itself is linearizable and survives what the store survives; there are no transactions over several. What takes more than one key is therefore noted first, under
/// <c>uploads/{upload}</c>: uploading, removing, or moving. The note is put there by a test-and-set that expects nothing, so it is a lock on the upload as well; it is released when all is done. Its
/// owner may die at any step: a sweep (<see cref="FileSweeper"/>), or whoever needs the lock, takes a note without a sign of life for minutes for abandoned, and finishes or undoes it.
/// </para>
/// <para>
/// Why nothing confirmed is lost. An upload is confirmed when its owner has released its own note, by version, after the manifest was written. Who takes an abandoned upload for dead changes that
/// note first, by test-and-set: one of the two fails. A manifest that refers to an upload is replaced, deleted or moved only under a note on that upload, and chunks are deleted only under a
/// note that says so, after a look which shows that the manifest is gone. The clock decides when somebody may step in, and nothing else.
/// </para>
/// <para>
/// Changes need a quorum in either mode: a manifest is written by test-and-set. Reading does what a fetch does: in AP mode, without a quorum, the newest copies that can be reached.
/// </para>
/// <para>
/// A directory exists where somebody made it, and where something lies in it: a file that arrives while its directory is being removed keeps the directory. Renaming a directory moves its entries one by one.
/// </para>
/// </remarks>
internal sealed class FileStore(IFileKeys keys, FileStoreOptions options, TimeProvider time, ILogger<FileStore> logger)
{
    private readonly Intents _intents = new(keys, options, time, logger);

    public FileStoreOptions Options => options;

    internal Intents Intents => _intents;

    /// <exception cref="FileException">There is nothing.</exception>
    public async Task<FileEntry> StatAsync(FilePath path, CancellationToken cancellation) =>
        await TryStatAsync(path, cancellation) ?? throw NotFound(path);

    public async Task<FileEntry?> TryStatAsync(FilePath path, CancellationToken cancellation)
    {
        if (path.IsRoot) return new FileEntry("", true, 0, DateTimeOffset.UnixEpoch, null);
        if (await TryGetAsync(path, cancellation) is { } found) return Entry(path.Name, found.Manifest);
        return await IsAnythingBelowAsync(path, cancellation) ? ImpliedDirectory(path.Name) : null;
    }

    /// <summary>What is in a directory, by name.</summary>
    public async Task<IReadOnlyCollection<FileEntry>> ListAsync(FilePath directory, CancellationToken cancellation)
    {
        await MustBeDirectoryAsync(directory, cancellation);
        return await new DirectoryWalk(keys, options).ListAsync(directory, cancellation);
    }

    public async Task MakeDirectoryAsync(FilePath path, CancellationToken cancellation)
    {
        if (path.IsRoot) throw new FileException(FileFault.Exists, "/ exists");
        await MustBeDirectoryAsync(path.Parent, cancellation);
        var manifest = new FileManifest(FileManifest.Directory, Now()).ToBytes();
        if (await IsAnythingBelowAsync(path, cancellation) || await keys.TestAndSetAsync(path.Key, null, manifest, cancellation) is null)
            throw new FileException(FileFault.Exists, $"{path} exists");
    }

    public async Task RemoveDirectoryAsync(FilePath path, CancellationToken cancellation)
    {
        if (path.IsRoot) throw new FileException(FileFault.BadPath, "/ cannot be removed");
        var found = await TryGetAsync(path, cancellation);
        if (found is { Manifest.IsDirectory: false }) throw new FileException(FileFault.NotADirectory, $"{path} is no directory");
        if (await IsAnythingBelowAsync(path, cancellation)) throw new FileException(FileFault.NotEmpty, $"{path} is not empty");
        if (found is null || !await keys.DeleteAsync(path.Key, found.Version, cancellation)) throw NotFound(path);
    }

    public async Task DeleteAsync(FilePath path, CancellationToken cancellation)
    {
        while (true)
        {
            var found = await GetFileAsync(path, cancellation);
            var note = await TakeAsync(Intent.Removing, path, found, null, cancellation);
            if (note is null) continue;
            if (!await keys.DeleteAsync(path.Key, note.Value.Found.Version, cancellation))
            {
                await _intents.ReleaseAsync(note.Value.Held, cancellation);
                continue;
            }

            await _intents.RemoveChunksAsync(note.Value.Held, found.Manifest.Chunks, cancellation);
            return;
        }
    }

    /// <summary>Renames a file, over one that is there, or a directory to a name that is free.</summary>
    public Task RenameAsync(FilePath from, FilePath to, CancellationToken cancellation) => new FileMove(this, keys, options).MoveAsync(from, to, cancellation);

    public async Task SetModifiedAsync(FilePath path, DateTimeOffset modified, CancellationToken cancellation)
    {
        while (true)
        {
            var found = await TryGetAsync(path, cancellation) ?? throw NotFound(path);
            var changed = (found.Manifest with { Modified = modified }).ToBytes();
            if (await keys.TestAndSetAsync(path.Key, found.Bytes, changed, cancellation) is not null) return;
        }
    }

    /// <summary>The content that the path has at this moment, from which is then read whatever becomes of the path.</summary>
    public async Task<FileContent> OpenAsync(FilePath path, CancellationToken cancellation) =>
        new((await GetFileAsync(path, cancellation)).Manifest, keys, options);

    /// <summary>
    /// Begins new content for the path. Its first <paramref name="keep"/> bytes are those that are there now (null: all of them, none where there is no file).
    /// </summary>
    public async Task<FileUpload> UploadAsync(FilePath path, long? keep, CancellationToken cancellation)
    {
        if (path.IsRoot) throw new FileException(FileFault.IsADirectory, "/ is a directory");
        await MustBeDirectoryAsync(path.Parent, cancellation);
        var found = await TryGetAsync(path, cancellation);
        if (found is { Manifest.IsDirectory: true }) throw new FileException(FileFault.IsADirectory, $"{path} is a directory");
        var size = found?.Manifest.Size ?? 0;
        if (keep > size) throw new FileException(FileFault.BadOffset, $"{path} has {size} bytes");
        var upload = await FileUpload.BeginAsync(this, keys, path, time, cancellation);
        try
        {
            if (found is not null && (keep ?? size) is > 0 and var kept)
            {
                await foreach (var part in new FileContent(found.Manifest, keys, options).ReadAsync(0, kept, cancellation)) await upload.WriteAsync(part, cancellation);
            }

            return upload;
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="FileException">It is none.</exception>
    public async Task MustBeDirectoryAsync(FilePath path, CancellationToken cancellation)
    {
        var entry = await StatAsync(path, cancellation);
        if (!entry.IsDirectory) throw new FileException(FileFault.NotADirectory, $"{path} is no directory");
    }

    internal async Task<FoundManifest?> TryGetAsync(FilePath path, CancellationToken cancellation)
    {
        if (path.IsRoot || await keys.FetchAsync(path.Key, cancellation) is not { } found) return null;
        return FileManifest.Parse(found.Value) is { } manifest
            ? new FoundManifest(manifest, found.Value, found.Version)
            : throw new FileException(FileFault.NotAFile, $"the key {path.Key} holds no manifest of a file");
    }

    internal async Task<FoundManifest> GetFileAsync(FilePath path, CancellationToken cancellation)
    {
        var found = await TryGetAsync(path, cancellation);
        if (found is { Manifest.IsDirectory: true } || (found is null && (path.IsRoot || await IsAnythingBelowAsync(path, cancellation))))
            throw new FileException(FileFault.IsADirectory, $"{path} is a directory");
        return found ?? throw NotFound(path);
    }

    internal async Task<bool> IsAnythingBelowAsync(FilePath path, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await keys.ListAsync(path.KeysBelow, after, 1, cancellation);
            if (page.Keys.Count > 0) return true;
            after = page.Next;
        }
        while (after is not null);
        return false;
    }

    /// <summary>Takes the note on the file that was found; null where the path has another content by then.</summary>
    internal async Task<(HeldIntent Held, FoundManifest Found)?> TakeAsync(string kind, FilePath path, FoundManifest found, FilePath? to, CancellationToken cancellation)
    {
        var held = await _intents.TakeAsync(kind, found.Manifest.Upload!, path, to, cancellation);
        if (await TryGetAsync(path, cancellation) is { } still && still.Manifest.Upload == found.Manifest.Upload) return (held, still);
        await _intents.ReleaseAsync(held, cancellation);
        return null;
    }

    internal DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    internal static FileException NotFound(FilePath path) => new(FileFault.NotFound, $"there is no {path}");

    internal static FileEntry Entry(string name, FileManifest manifest) => new(name, manifest.IsDirectory, manifest.Size, manifest.Modified, manifest.Upload);

    internal static FileEntry ImpliedDirectory(string name) => new(name, true, 0, DateTimeOffset.UnixEpoch, null);
}
