using System.Runtime.CompilerServices;

namespace Orleans.Kv.Api.Files;

/// <summary>The content of a file as one manifest describes it. Chunks never change, so what is read is that content or, where they are gone by then, an error.</summary>
internal sealed class FileContent(FileManifest manifest, IFileKeys keys, FileStoreOptions options)
{
    public long Size => manifest.Size;

    public DateTimeOffset Modified => manifest.Modified;

    /// <summary>The bytes from <paramref name="from"/> up to <paramref name="to"/>, several chunks ahead of who takes them.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(long from, long to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (from > Size || to > Size) throw new FileException(FileFault.BadOffset, $"the file has {Size} bytes");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ahead = new Queue<Task<ReadOnlyMemory<byte>>>();
        var next = from / manifest.ChunkBytes;
        var end = FileManifest.ChunkCount(to, manifest.ChunkBytes);
        if (from == to) yield break;
        try
        {
            for (var chunk = next; chunk < end; chunk++)
            {
                while (next < end && ahead.Count < options.ChunksInFlight) ahead.Enqueue(FetchAsync(next++, ended.Token));
                var bytes = await ahead.Dequeue();
                var start = chunk * manifest.ChunkBytes;
                var skip = (int)Math.Max(0, from - start);
                yield return bytes[skip..(int)Math.Min(bytes.Length, to - start)];
            }
        }
        finally
        {
            // Whoever stops reading half-way has no use for what is still coming, nor for how it ends.
            await ended.CancelAsync();
            await Task.WhenAll(ahead).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(long chunk, CancellationToken cancellation)
    {
        var length = Math.Min(manifest.ChunkBytes, Size - (chunk * manifest.ChunkBytes));
        if (await keys.FetchAsync(FileManifest.ChunkKey(manifest.Upload!, chunk), cancellation) is not { } found)
            throw new FileException(FileFault.Gone, "the file was replaced or deleted while it was read");
        return found.Value.Length == length
            ? found.Value
            : throw new FileException(FileFault.NotAFile, $"chunk {chunk} of upload {manifest.Upload} has {found.Value.Length} bytes and should have {length}");
    }
}
