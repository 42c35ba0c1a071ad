namespace Orleans.Kv.Interfaces.Clustering;

/// <summary>
/// The membership table and the cluster map of a cluster whose processes share one machine, in one file. There is no server and
/// no primary silo: any process may be killed at any instant and the others go on.
/// </summary>
/// <remarks>
/// <para>
/// Promises. (1) A reader sees the whole of some write, never a part: a new content is written beside the file, forced to
/// disk and renamed over it. (2) Writes are compare-and-swap: a change is computed from a content, and takes effect only if the
/// file still holds exactly that content. (3) A writer killed at any point leaves the file as it was before or after its write;
/// what it may leave besides is a temporary file, removed by whoever opens the cluster file a minute later.
/// </para>
/// <para>
/// How. Everything slow (reading, computing, writing and forcing the new content to disk) happens without the lock. The lock is
/// taken only to compare the file with what was read and to rename. It is a lock file opened for exclusive use, which the kernel
/// releases when its holder dies, and which nobody ever deletes (two processes could then hold two different ones). A holder that is
/// <em>paused</em> inside these microseconds blocks other writers until it resumes: they then report the file as busy. Readers
/// need no lock, and no operation on a key waits for any of this.
/// </para>
/// <para>Relies on: a local file system with atomic rename and advisory locks (<c>flock</c>). Network file systems often have neither.</para>
/// </remarks>
internal sealed class ClusterFile
{
    // A swap lost this often in a row is next done under the lock from start to end, so that a slow writer among fast ones gets its turn.
    private const int OptimisticAttempts = 4;

    // The pause between two tries for the lock is random in this range: a few times the time the lock is held.
    private const int MinPauseMicroseconds = 200;
    private const int MaxPauseMicroseconds = 5_000;

    // No write takes this long; a temporary file this old belongs to a process that died.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly string _lockPath;
    private readonly string _directory;
    private readonly TimeSpan _lockTimeout;
    private readonly TimeProvider _time;
    private readonly Random _random;

    public ClusterFile(FileClusteringOptions options, TimeProvider time, Random? random = null)
    {
        if (string.IsNullOrWhiteSpace(options.Path))
            throw new ClusterFileException("File clustering needs the path of the cluster file.");
        _path = Path.GetFullPath(options.Path);
        _lockPath = _path + ".lock";
        _directory = Path.GetDirectoryName(_path)!;
        _lockTimeout = options.LockTimeout;
        _time = time;
        _random = random ?? new Random(HashCode.Combine(Environment.ProcessId, _path));
    }

    public string FullPath => _path;

    /// <summary>The content as of now; empty when there is no file yet.</summary>
    /// <exception cref="ClusterFileException">The file cannot be read or is damaged.</exception>
    public ClusterFileContent Read() => ReadWithBytes().Content;

    /// <summary>
    /// Replaces the content with what <paramref name="change"/> makes of it, or leaves it when that returns null for it. The
    /// function may run several times and must have no effects.
    /// </summary>
    /// <exception cref="ClusterFileException">The file cannot be read, written or locked in time. Then nothing was changed.</exception>
    public Task<T> UpdateAsync<T>(Func<ClusterFileContent, (ClusterFileContent? Next, T Result)> change) =>
        // Forcing to disk blocks the thread for milliseconds, which a grain's scheduler must not notice.
        Task.Run(() => UpdateOnPoolAsync(change));

    private async Task<T> UpdateOnPoolAsync<T>(Func<ClusterFileContent, (ClusterFileContent? Next, T Result)> change)
    {
        var started = _time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            // The lock, when it is taken before the read, makes the comparison in Replace succeed.
            using var early = attempt > OptimisticAttempts ? await LockAsync(started).ConfigureAwait(false) : null;
            var (content, bytes) = ReadWithBytes();
            var (next, result) = change(content);
            if (next is null) return result;
            var temporary = WriteTemporary(ClusterFileCodec.Encode(next with { Sequence = content.Sequence + 1 }));
            try
            {
                using var late = early is null ? await LockAsync(started).ConfigureAwait(false) : null;
                if (Replace(temporary, bytes)) return result;
            }
            finally
            {
                DeleteQuietly(temporary);
            }
        }
    }

    /// <summary>Creates the directory and removes what writers that died left behind.</summary>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(_directory);
            foreach (var file in Directory.EnumerateFiles(_directory, Path.GetFileName(_path) + ".*.tmp"))
            {
                if (_time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > AbandonedAfter) DeleteQuietly(file);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClusterFileException($"The directory of the cluster file '{_path}' cannot be used: {exception.Message}", exception);
        }
    }

    private (ClusterFileContent Content, byte[] Bytes) ReadWithBytes()
    {
        var bytes = ReadBytes();
        return bytes is null ? (ClusterFileContent.Empty, []) : (ClusterFileCodec.Decode(_path, bytes), bytes);
    }

    private byte[]? ReadBytes()
    {
        try
        {
            // Sharing everything: a reader neither takes nor waits for a lock, and a rename replaces the file under it.
            using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (stream.Length > ClusterFileCodec.MaxBytes)
                throw new ClusterFileException($"'{_path}' has {stream.Length} bytes and cannot be a cluster file.");
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is (IOException and not ClusterFileException) or UnauthorizedAccessException)
        {
            throw new ClusterFileException($"The cluster file '{_path}' cannot be read: {exception.Message}", exception);
        }
    }

    private string WriteTemporary(byte[] bytes)
    {
        var temporary = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(_directory);
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            stream.Write(bytes);
            // Before the rename: otherwise a power cut could leave the new name with no content behind it.
            stream.Flush(flushToDisk: true);
            return temporary;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw new ClusterFileException($"The cluster file '{_path}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Under the lock: renames the new content over the file, if it still holds <paramref name="expected"/>.</summary>
    private bool Replace(string temporary, byte[] expected)
    {
        if (!(ReadBytes() ?? []).AsSpan().SequenceEqual(expected)) return false;
        try
        {
            File.Move(temporary, _path, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ClusterFileException($"The cluster file '{_path}' cannot be replaced: {exception.Message}", exception);
        }
    }

    private async Task<FileStream> LockAsync(long started)
    {
        while (true)
        {
            try
            {
                return new FileStream(_lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new ClusterFileException($"The lock '{_lockPath}' cannot be opened: {exception.Message}", exception);
            }
            catch (IOException exception)
            {
                if (_time.GetElapsedTime(started) > _lockTimeout)
                {
                    throw new ClusterFileException(
                        $"The cluster file '{_path}' is busy: no lock within {_lockTimeout.TotalSeconds:0.#} s ({exception.Message}).", exception);
                }
            }

            int pause;
            lock (_random) pause = _random.Next(MinPauseMicroseconds, MaxPauseMicroseconds);
            await Task.Delay(TimeSpan.FromMicroseconds(pause), _time).ConfigureAwait(false);
        }
    }

    private static void DeleteQuietly(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays behind and is tried again by the next Prepare; the cluster file itself is not touched by it.
        }
    }
}
