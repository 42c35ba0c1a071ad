using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Transfer;

/// <summary>
/// Writes every key with a prefix as a record, in key order. Pages of keys are fetched side by side and written in order. Each value is read by itself (linearizable), not all at one moment: a key that is deleted meanwhile may be in
/// or not.
/// </summary>
internal sealed class Exporter(KvClient client, TimeProvider time, Action<long> progress)
{
    // As many fetches of a page at once as keep three silos busy, and a bound on what is in memory.
    private const int PagesAtOnce = 4;
    private const int PageKeys = 250;

    private long _written;

    public long Written => _written;

    /// <exception cref="KvException">The keys could not be listed, or one could not be read.</exception>
    public async Task RunAsync(string prefix, Stream output, CancellationToken cancellation)
    {
        var fetching = new Queue<Task<List<Record>>>();
        string? after = null;
        do
        {
            var page = await client.ListPageAsync(prefix, after, PageKeys, cancellation);
            if (page.Stale) throw new CliException(ExitCodes.Unavailable, "not every silo can be asked which keys there are, so that an export might miss some; try again when a quorum is there");
            fetching.Enqueue(FetchAsync(page.Keys, cancellation));
            if (fetching.Count == PagesAtOnce) await WriteAsync(await fetching.Dequeue(), output, cancellation);
            after = page.Next;
        }
        while (after is not null);

        while (fetching.TryDequeue(out var next)) await WriteAsync(await next, output, cancellation);
    }

    private async Task<List<Record>> FetchAsync(IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0) return [];
        var entries = await client.FetchManyAsync(keys, KvConsistency.Strong, cancellation);
        var now = time.GetUtcNow();
        var records = new List<Record>(entries.Count);
        foreach (var entry in entries)
        {
            if (entry is null) continue;
            var left = entry.Expires - now;
            // It is due, and only not gone yet.
            if (left <= TimeSpan.Zero) continue;
            records.Add(new Record(entry.Key, entry.Value, left));
        }

        return records;
    }

    private async Task WriteAsync(List<Record> records, Stream output, CancellationToken cancellation)
    {
        foreach (var record in records)
        {
            await output.WriteAsync(record.Write(), cancellation);
            await output.WriteAsync("\n"u8.ToArray(), cancellation);
        }

        _written += records.Count;
        progress(_written);
    }
}
