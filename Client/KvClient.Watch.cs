using Orleans.Kv.Client.Watching;

namespace Orleans.Kv.Client;

/// <content>Watches.</content>
public sealed partial class KvClient
{
    /// <summary>
    /// What is stored under a key, then every committed change, in the order of versions. Goes on over lost connections and dead silos until it is cancelled; where versions were missed meanwhile, the next event says how many
    /// (<see cref="KvEvent.Skipped"/>), and the key's last state always comes.
    /// </summary>
    /// <exception cref="KvException">The request is wrong, or nobody was reached in time (<see cref="KvWatchOptions.GiveUpAfter"/>).</exception>
    public IAsyncEnumerable<KvEvent> WatchAsync(string key, KvWatchOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new WatchSession(_http, _ring, _pauses, _options, options ?? new KvWatchOptions(), key, "").RunAsync(cancellation);
    }

    /// <summary>
    /// The same for all keys with a prefix: first what there is, closed by one <see cref="KvEventType.Ready"/>, then changes, in the order of versions for each key. It remembers the version of every key that exists, to tell after
    /// a lost connection what has changed and what is gone.
    /// </summary>
    /// <exception cref="KvException">The request is wrong, or nobody was reached in time (<see cref="KvWatchOptions.GiveUpAfter"/>).</exception>
    public IAsyncEnumerable<KvEvent> WatchPrefixAsync(string prefix, KvWatchOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (options?.From is not null) throw new ArgumentException("a version is that of one key, and a prefix has many", nameof(options));
        return new WatchSession(_http, _ring, _pauses, _options, options ?? new KvWatchOptions(), null, prefix).RunAsync(cancellation);
    }
}
