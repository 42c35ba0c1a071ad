namespace Orleans.Kv.Api.Files;

/// <summary>Renames: a file by writing its manifest elsewhere and deleting it here, under a note, so that a crash in between is put right; a directory entry by entry.</summary>
internal sealed class FileMove(FileStore store, IFileKeys keys, FileStoreOptions options)
{
    public async Task MoveAsync(FilePath from, FilePath to, CancellationToken cancellation)
    {
        if (from.IsRoot || to.IsRoot) throw new FileException(FileFault.BadPath, "/ cannot be renamed");
        var entry = await store.StatAsync(from, cancellation);
        await store.MustBeDirectoryAsync(to.Parent, cancellation);
        if (from == to) return;
        if (entry.IsDirectory) await MoveDirectoryAsync(from, to, cancellation);
        else await MoveFileAsync(from, to, cancellation);
    }

    private async Task MoveFileAsync(FilePath from, FilePath to, CancellationToken cancellation)
    {
        while (true)
        {
            var found = await store.GetFileAsync(from, cancellation);
            if (await store.TakeAsync(Intent.Moving, from, found, to, cancellation) is not { } moving) continue;
            var moved = false;
            try
            {
                moved = await TryMoveAsync(moving.Found, from, to, cancellation);
            }
            catch (FileException fault) when (fault.Fault != FileFault.Unavailable)
            {
                await store.Intents.ReleaseAsync(moving.Held, cancellation);
                throw;
            }

            await store.Intents.ReleaseAsync(moving.Held, cancellation);
            if (moved) return;
        }
    }

    /// <summary>With a note on the file: puts its manifest there, over what is there, and takes it away here. False where what is there changed meanwhile.</summary>
    private async Task<bool> TryMoveAsync(FoundManifest file, FilePath from, FilePath to, CancellationToken cancellation)
    {
        var former = await store.TryGetAsync(to, cancellation);
        if (former is { Manifest.IsDirectory: true } || (former is null && await store.IsAnythingBelowAsync(to, cancellation)))
            throw new FileException(FileFault.IsADirectory, $"{to} is a directory");
        var replaced = former is null ? null : await store.TakeAsync(Intent.Removing, to, former, null, cancellation);
        if (former is not null && replaced is null) return false;
        var isWritten = await keys.TestAndSetAsync(to.Key, replaced?.Found.Bytes, file.Bytes, cancellation) is not null;
        if (isWritten) await DeleteMovedAsync(file, from, cancellation);
        if (replaced is { } note)
        {
            if (isWritten) await store.Intents.RemoveChunksAsync(note.Held, note.Found.Manifest.Chunks, cancellation);
            else await store.Intents.ReleaseAsync(note.Held, cancellation);
        }

        return isWritten;
    }

    // Under the note only its time can have changed meanwhile.
    private async Task DeleteMovedAsync(FoundManifest file, FilePath from, CancellationToken cancellation)
    {
        while (await store.TryGetAsync(from, cancellation) is { } left && left.Manifest.Upload == file.Manifest.Upload)
        {
            if (await keys.DeleteAsync(from.Key, left.Version, cancellation)) return;
        }
    }

    private async Task MoveDirectoryAsync(FilePath from, FilePath to, CancellationToken cancellation)
    {
        if (to.IsBelow(from)) throw new FileException(FileFault.BadPath, $"{to} is in {from}");
        if (await store.TryStatAsync(to, cancellation) is not null) throw new FileException(FileFault.Exists, $"{to} exists");
        var below = await BelowAsync(from, cancellation);
        // Its own manifest first and last: there is a directory on either side for as long as anything is in it.
        await CopyDirectoryAsync(from, to, cancellation);
        var directories = new List<FilePath>();
        foreach (var path in below)
        {
            var target = FilePath.Root.Resolve(to + path.ToString()[from.ToString().Length..]);
            if (await store.TryGetAsync(path, cancellation) is not { } found) continue;
            if (found.Manifest.IsDirectory)
            {
                await CopyDirectoryAsync(path, target, cancellation);
                directories.Add(path);
            }
            else
            {
                await MoveFileAsync(path, target, cancellation);
            }
        }

        foreach (var path in Enumerable.Reverse(directories).Append(from))
        {
            if (await store.TryGetAsync(path, cancellation) is { Manifest.IsDirectory: true } found) await keys.DeleteAsync(path.Key, found.Version, cancellation);
        }
    }

    private async Task CopyDirectoryAsync(FilePath from, FilePath to, CancellationToken cancellation)
    {
        var manifest = (await store.TryGetAsync(from, cancellation))?.Bytes ?? new FileManifest(FileManifest.Directory, store.Now()).ToBytes();
        if (await keys.TestAndSetAsync(to.Key, null, manifest, cancellation) is null) throw new FileException(FileFault.Exists, $"{to} exists");
    }

    private async Task<List<FilePath>> BelowAsync(FilePath directory, CancellationToken cancellation)
    {
        var below = new List<FilePath>();
        string? after = null;
        do
        {
            var page = await keys.ListAsync(directory.KeysBelow, after, options.PageKeys, cancellation);
            below.AddRange(page.Keys.Select(static key => FilePath.Root.Resolve(key[FilePath.KeyPrefix.Length..])));
            if (below.Count > options.MaxMovedEntries)
                throw new FileException(FileFault.TooLarge, $"{directory} has more than {options.MaxMovedEntries} entries; rename what is in it in smaller parts");
            after = page.Next;
        }
        while (after is not null);
        return below;
    }
}
