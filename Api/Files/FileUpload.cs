namespace Orleans.Kv.Api.Files;

/// <summary>
/// New content on its way into the store: filled from its start to its end, then committed, which is when the path shows it. Disposed without that it leaves nothing behind. For one caller at a time.
/// </summary>
internal sealed class FileUpload : IAsyncDisposable
{
    private readonly FileStore _store;
    private readonly IFileKeys _keys;
    private readonly FilePath _path;
    private readonly TimeProvider _time;
    private readonly FileStoreOptions _options;
    private readonly Queue<Task> _inFlight = new();
    private HeldIntent _note;
    private long _noteAt;
    private byte[]? _chunk;
    private int _filled;
    private long _chunks;
    private bool _ended;

    private FileUpload(FileStore store, IFileKeys keys, FilePath path, TimeProvider time, HeldIntent note)
    {
        (_store, _keys, _path, _time, _note) = (store, keys, path, time, note);
        _options = store.Options;
        _noteAt = time.GetTimestamp();
    }

    /// <summary>The bytes so far.</summary>
    public long Size { get; private set; }

    private Intents Intents => _store.Intents;

    internal static async Task<FileUpload> BeginAsync(FileStore store, IFileKeys keys, FilePath path, TimeProvider time, CancellationToken cancellation)
    {
        var note = await store.Intents.TakeAsync(Intent.Uploading, Guid.NewGuid().ToString("N"), path, null, cancellation);
        return new FileUpload(store, keys, path, time, note);
    }

    /// <summary>Room for what comes next: never empty. What is put there counts once <see cref="AdvanceAsync"/> says so.</summary>
    public Memory<byte> Room()
    {
        _chunk ??= GC.AllocateUninitializedArray<byte>(_options.ChunkBytes);
        return _chunk.AsMemory(_filled);
    }

    /// <summary>Takes so many bytes of <see cref="Room"/>. Waits where enough chunks are on their way.</summary>
    public async ValueTask AdvanceAsync(int count, CancellationToken cancellation)
    {
        _filled += count;
        Size += count;
        if (Size > _options.MaxFileBytes) throw new FileException(FileFault.TooLarge, $"a file has at most {_options.MaxFileBytes} bytes");
        if (_filled == _options.ChunkBytes) await SendAsync(_chunk!, cancellation);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            var room = Room();
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            bytes = bytes[count..];
            await AdvanceAsync(count, cancellation);
        }
    }

    /// <summary>Stores all that has been written. <see cref="CommitAsync"/> does it too; this allows a look at the client in between.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        if (_filled > 0) await SendAsync(_chunk.AsSpan(0, _filled).ToArray(), cancellation);
        while (_inFlight.Count > 0) await _inFlight.Dequeue();
    }

    /// <summary>Makes it the path's content.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        await RenewAsync(cancellation);
        var manifest = new FileManifest(FileManifest.File, _store.Now()) { Size = Size, ChunkBytes = _options.ChunkBytes, Upload = _note.Upload }.ToBytes();
        // What it replaces is noted first and removed last.
        while (true)
        {
            var former = await _store.TryGetAsync(_path, cancellation);
            if (former is { Manifest.IsDirectory: true }) throw new FileException(FileFault.IsADirectory, $"{_path} is a directory");
            var taken = former is null ? null : await _store.TakeAsync(Intent.Removing, _path, former, null, cancellation);
            if (former is not null && taken is null) continue;
            // Should nobody be able to say whether it was written, its chunks must stay: the note is left to the sweep.
            _ended = true;
            if (await _keys.TestAndSetAsync(_path.Key, taken?.Found.Bytes, manifest, cancellation) is not null)
            {
                await ConfirmAsync(cancellation);
                if (taken is { } replaced) await Intents.RemoveChunksAsync(replaced.Held, replaced.Found.Manifest.Chunks, cancellation);
                return;
            }

            _ended = false;
            if (taken is { } kept) await Intents.ReleaseAsync(kept.Held, cancellation);
        }
    }

    /// <summary>Gives it up, unless it was committed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended) return;
        _ended = true;
        try
        {
            await Task.WhenAll(_inFlight);
        }
        catch (Exception fault) when (fault is FileException or OperationCanceledException)
        {
            // What is removed may have got there all the same.
        }

        try
        {
            await Intents.RemoveChunksAsync(_note, _chunks, CancellationToken.None);
        }
        catch (FileException)
        {
            // The note stays, and the sweep finds it when the store is back.
        }
    }

    /// <summary>The upload counts when its own note is released: from then on nobody can take it for abandoned.</summary>
    private async Task ConfirmAsync(CancellationToken cancellation)
    {
        if (await Intents.ReleaseAsync(_note, cancellation)) return;
        // Somebody took this process for dead, after a pause of minutes. Saw they the manifest, only the note was removed; saw they none, the chunks are gone or going, and the note after them.
        var note = await _keys.FetchAsync(Intent.Key(_note.Upload), cancellation);
        var found = await _store.TryGetAsync(_path, cancellation);
        if (found?.Manifest.Upload != _note.Upload) throw GivenUp();
        if (note is null && await HasAllChunksAsync(cancellation)) return;
        await _keys.DeleteAsync(_path.Key, found!.Version, cancellation);
        throw GivenUp();
    }

    private async Task<bool> HasAllChunksAsync(CancellationToken cancellation)
    {
        for (var chunk = 0L; chunk < _chunks; chunk++)
        {
            if (await _keys.FetchAsync(FileManifest.ChunkKey(_note.Upload, chunk), cancellation) is null) return false;
        }

        return true;
    }

    private static FileException GivenUp() => new(FileFault.Gone, "the upload took so long without a sign of life that it was given up");

    private async Task RenewAsync(CancellationToken cancellation)
    {
        if (_time.GetElapsedTime(_noteAt) < _options.RenewPeriod) return;
        _noteAt = _time.GetTimestamp();
        _note = await Intents.RenewAsync(_note, cancellation) ?? throw GivenUp();
    }

    private async ValueTask SendAsync(byte[] chunk, CancellationToken cancellation)
    {
        (_chunk, _filled) = (null, 0);
        while (_inFlight.Count >= _options.ChunksInFlight) await _inFlight.Dequeue();
        await RenewAsync(cancellation);
        _inFlight.Enqueue(_keys.StoreAsync(FileManifest.ChunkKey(_note.Upload, _chunks++), chunk, cancellation));
    }
}
