using System.Text;
using Orleans.Kv.Api.Operations;

namespace Orleans.Kv.Api.Files;

/// <summary>
/// Finds what is directly in a directory among the keys of everything below it. What lies deeper shows that there is a directory, and is then passed over in one step: a listing costs what it
/// shows, not what is under it.
/// </summary>
internal sealed class DirectoryWalk(IFileKeys keys, FileStoreOptions options)
{
    // No character comes after it.
    private const string Last = "\U0010FFFF";

    public async Task<IReadOnlyCollection<FileEntry>> ListAsync(FilePath directory, CancellationToken cancellation)
    {
        var entries = new SortedDictionary<string, FileEntry?>(StringComparer.Ordinal);
        var marked = new List<string>();
        var prefix = directory.KeysBelow;
        string? after = null;
        do
        {
            var page = await keys.ListAsync(prefix, after, options.PageKeys, cancellation);
            after = page.Next;
            string? below = null;
            foreach (var key in page.Keys)
            {
                var slash = key.IndexOf('/', prefix.Length);
                below = slash < 0 ? null : key[..(slash + 1)];
                var name = slash < 0 ? key[prefix.Length..] : key[prefix.Length..slash];
                if (name.Length == 0) continue;
                if (below is null) marked.Add(name);
                if (below is not null || !entries.ContainsKey(name)) entries[name] = below is null ? null : FileStore.ImpliedDirectory(name);
            }

            if (entries.Count > options.MaxEntries) throw new FileException(FileFault.TooLarge, $"{directory} has more than {options.MaxEntries} entries");
            if (after is not null && below is not null && Skip(below) is { } skip) after = skip;
        }
        while (after is not null);

        await FetchAsync(directory, marked, entries, cancellation);
        return [.. entries.Values.OfType<FileEntry>()];
    }

    private static string? Skip(string below) => below + Last is var skip && Encoding.UTF8.GetByteCount(skip) <= OperationLimits.MaxKeyBytes ? skip : null;

    private Task FetchAsync(FilePath directory, List<string> names, SortedDictionary<string, FileEntry?> entries, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = options.KeysInFlight, CancellationToken = cancellation },
            async (name, token) =>
            {
                // What was deleted meanwhile, or is no file's manifest, is not there to be shown.
                if (await keys.FetchAsync(directory.KeysBelow + name, token) is not { } found || FileManifest.Parse(found.Value) is not { } manifest) return;
                lock (entries) entries[name] = FileStore.Entry(name, manifest);
            });
}
