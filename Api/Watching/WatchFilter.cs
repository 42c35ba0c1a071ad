namespace Orleans.Kv.Api.Watching;

/// <summary>What all watchers of this host ask for together. Numbered, so that it can be told which one a silo goes by.</summary>
internal sealed class WatchFilter
{
    private readonly TaskCompletionSource _superseded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WatchFilter(long number, string[] keys, string[] prefixes) => (Number, Keys, Prefixes) = (number, keys, prefixes);

    public static WatchFilter Empty { get; } = new(0, [], []);

    public long Number { get; }

    public string[] Keys { get; }

    /// <summary>None begins with another one.</summary>
    public string[] Prefixes { get; }

    /// <summary>Ends when there is a newer one.</summary>
    public Task Superseded => _superseded.Task;

    /// <summary>The next filter: without what is asked for already by a shorter prefix.</summary>
    public WatchFilter Next(IEnumerable<string> keys, IEnumerable<string> prefixes)
    {
        var kept = new List<string>();
        // In this order a prefix of others comes right before them.
        foreach (var prefix in prefixes.Order(StringComparer.Ordinal))
        {
            if (kept.Count == 0 || !prefix.StartsWith(kept[^1], StringComparison.Ordinal)) kept.Add(prefix);
        }

        return new WatchFilter(Number + 1, [.. keys.Where(key => !kept.Exists(prefix => key.StartsWith(prefix, StringComparison.Ordinal)))], [.. kept]);
    }

    public bool Covers(WatchQuery query) => query.Key is { } key
        ? Array.Exists(Prefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal)) || Array.IndexOf(Keys, key) >= 0
        : Array.Exists(Prefixes, prefix => query.Prefix.StartsWith(prefix, StringComparison.Ordinal));

    public void Supersede() => _superseded.TrySetResult();
}
