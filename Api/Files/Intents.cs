namespace Orleans.Kv.Api.Files;

/// <summary>
/// The notes under <c>uploads/</c>: takes them, lets go of them, and finishes or undoes what somebody who is gone left half done. See <see cref="FileStore"/> for why they are there.
/// </summary>
internal sealed partial class Intents(IFileKeys keys, FileStoreOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Leaves a note, once nobody else has one on this upload.</summary>
    public async Task<HeldIntent> TakeAsync(string kind, string upload, FilePath path, FilePath? to, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var intent = new Intent(kind, Guid.NewGuid().ToString("N"), path.ToString(), time.GetUtcNow()) { To = to?.ToString() };
            var bytes = intent.ToBytes();
            if (await keys.TestAndSetAsync(Intent.Key(upload), null, bytes, cancellation) is { } version)
                return new HeldIntent(upload, intent, bytes, version);
            if (!await TryResolveAbandonedAsync(upload, cancellation))
            {
                if (time.GetElapsedTime(started) >= options.BusyPatience) throw new FileException(FileFault.Busy, "somebody else is changing this file; try again");
                await Task.Delay(BusyPause, time, cancellation);
            }
        }
    }

    /// <summary>Says that the owner is alive; null where the note is not this one any more.</summary>
    public async Task<HeldIntent?> RenewAsync(HeldIntent held, CancellationToken cancellation)
    {
        var intent = held.Intent with { Since = time.GetUtcNow() };
        var bytes = intent.ToBytes();
        return await keys.TestAndSetAsync(Intent.Key(held.Upload), held.Bytes, bytes, cancellation) is { } version
            ? new HeldIntent(held.Upload, intent, bytes, version)
            : null;
    }

    /// <summary>Takes the note away; false where it is not this one any more.</summary>
    public Task<bool> ReleaseAsync(HeldIntent held, CancellationToken cancellation) => keys.DeleteAsync(Intent.Key(held.Upload), held.Version, cancellation);

    /// <summary>Finishes or undoes what the note says, if there is one whose owner has shown no sign of life for long. True when there is no note any more.</summary>
    public async Task<bool> TryResolveAbandonedAsync(string upload, CancellationToken cancellation)
    {
        if (await keys.FetchAsync(Intent.Key(upload), cancellation) is not { } found) return true;
        if (Intent.Parse(found.Value) is not { } intent) return false;
        var patience = intent.Kind == Intent.Uploading ? options.UploadAbandonedAfter : options.ChangeAbandonedAfter;
        if (time.GetUtcNow() - intent.Since < patience) return false;
        LogAbandoned(upload, intent.Kind, intent.Path);
        await ResolveAsync(new HeldIntent(upload, intent, found.Value, found.Version), cancellation);
        return true;
    }

    /// <summary>Deletes the chunks of an upload that nothing refers to any more, then its note.</summary>
    public async Task RemoveChunksAsync(HeldIntent held, CancellationToken cancellation)
    {
        string? after = null;
        var prefix = FileManifest.ChunkPrefix(held.Upload);
        do
        {
            // Listed and not counted: who died half-way through an upload has not said how many there are.
            var page = await keys.ListAsync(prefix, after, options.PageKeys, cancellation);
            await DeleteAsync(page.Keys, cancellation);
            after = page.Next;
        }
        while (after is not null);
        await ReleaseAsync(held, cancellation);
    }

    /// <summary>The same where it is known which they are.</summary>
    public async Task RemoveChunksAsync(HeldIntent held, long count, CancellationToken cancellation)
    {
        for (var first = 0L; first < count; first += options.PageKeys)
        {
            var some = Math.Min(options.PageKeys, count - first);
            var start = first;
            await DeleteAsync([.. Enumerable.Range(0, (int)some).Select(i => FileManifest.ChunkKey(held.Upload, start + i))], cancellation);
        }

        await ReleaseAsync(held, cancellation);
    }

    private async Task ResolveAsync(HeldIntent held, CancellationToken cancellation)
    {
        var path = FilePath.Root.Resolve(held.Intent.Path);
        switch (held.Intent.Kind)
        {
            case Intent.Uploading when await IsAtAsync(path, held.Upload, cancellation) is not null:
                // The manifest was written and only the note is left.
                await ReleaseAsync(held, cancellation);
                break;
            case Intent.Uploading:
                // From here on its owner, if it should come back, cannot finish: that takes the note as it was.
                var dead = (held.Intent with { Kind = Intent.Dead }).ToBytes();
                if (await keys.TestAndSetAsync(Intent.Key(held.Upload), held.Bytes, dead, cancellation) is { } version)
                    await ResolveAsync(new HeldIntent(held.Upload, held.Intent with { Kind = Intent.Dead }, dead, version), cancellation);
                break;
            case Intent.Dead:
                // A manifest that its owner wrote at the last moment was never confirmed to anybody.
                if (await IsAtAsync(path, held.Upload, cancellation) is { } unconfirmed) await keys.DeleteAsync(path.Key, unconfirmed, cancellation);
                await RemoveChunksAsync(held, cancellation);
                break;
            case Intent.Removing when await IsAtAsync(path, held.Upload, cancellation) is not null:
                await ReleaseAsync(held, cancellation);
                break;
            case Intent.Removing:
                await RemoveChunksAsync(held, cancellation);
                break;
            case Intent.Moving:
                var target = FilePath.Root.Resolve(held.Intent.To ?? "");
                if (await IsAtAsync(target, held.Upload, cancellation) is not null && await IsAtAsync(path, held.Upload, cancellation) is { } left)
                    await keys.DeleteAsync(path.Key, left, cancellation);
                await ReleaseAsync(held, cancellation);
                break;
            default:
                LogUnknown(held.Upload, held.Intent.Kind);
                break;
        }
    }

    /// <summary>The version of the manifest at the path if that is this upload's.</summary>
    private async Task<long?> IsAtAsync(FilePath path, string upload, CancellationToken cancellation) =>
        await keys.FetchAsync(path.Key, cancellation) is { } found && FileManifest.Parse(found.Value)?.Upload == upload ? found.Version : null;

    private Task DeleteAsync(IReadOnlyList<string> chunks, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            chunks,
            new ParallelOptions { MaxDegreeOfParallelism = options.KeysInFlight, CancellationToken = cancellation },
            async (key, token) => await keys.DeleteAsync(key, null, token));

    [LoggerMessage(600, LogLevel.Information, "Upload {Upload}, {Kind} {Path}: its owner is gone; finishing or undoing it.")]
    private partial void LogAbandoned(string upload, string kind, string path);

    [LoggerMessage(601, LogLevel.Warning, "Upload {Upload} has a note of an unknown kind, {Kind}; it is left alone.")]
    private partial void LogUnknown(string upload, string kind);
}
